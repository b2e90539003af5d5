"""Mutation testing in one build: every mutant stands in the code at once and a number in the environment says which one acts.

`cargo mutants` says where and what; a function with mutants becomes a choice between its bodies. What does not compile
is left out and counted. Mutants outside functions, and those in functions that answer with `impl Trait` (their bodies
would be of different types), are listed for `cargo mutants` to run one by one.

    mutants.py COPY PACKAGE PATTERN... [--jobs N] [--seconds S] [--slow WORD,...] [--quick]

COPY is a copy of the repository that may be changed. Prints a line for each survivor and the sums; exit code 2 when
something survived.
"""

import argparse, collections, concurrent.futures, json, os, pathlib, resource, signal, subprocess, sys

SWITCH = """
/// The mutant that acts: for mutation testing only.
pub(crate) fn mutant() -> u32 {
    static MUTANT: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    *MUTANT.get_or_init(|| std::env::var("MUTANT").ok().and_then(|word| word.parse().ok()).unwrap_or_default())
}
"""


def brackets(text):
    """Offsets of braces that are code: neither in a string, a character nor a comment."""
    at, end = 0, len(text)
    while at < end:
        if text.startswith("//", at):
            at = text.find("\n", at)
            at = end if at < 0 else at
        elif text.startswith("/*", at):
            at = text.find("*/", at) + 2
        elif text[at] == "r" and text[at + 1 : at + 2] in ('"', "#") and not (text[at - 1].isalnum() or text[at - 1] == "_"):
            marks = 0
            while text[at + 1 + marks] == "#":
                marks += 1
            if text[at + 1 + marks] != '"':
                at += 1
                continue
            at = text.find('"' + "#" * marks, at + 2 + marks) + 1 + marks
        elif text[at] == '"':
            at += 1
            while text[at] != '"':
                at += 2 if text[at] == "\\" else 1
            at += 1
        elif text[at] == "'" and (text[at + 1] == "\\" or text[at + 2 : at + 3] == "'"):
            at = text.find("'", at + 3 if text[at + 1] == "\\" else at + 2) + 1
        else:
            if text[at] in "{}":
                yield at, text[at]
            at += 1


def body_of(function):
    """Where the body of a function begins in its text: the brace that its last one closes."""
    open_at = []
    begin = None
    for at, brace in brackets(function):
        if brace == "{":
            open_at.append(at)
        else:
            begin = open_at.pop()
    return begin


class File:
    def __init__(self, path):
        self.path = path
        self.text = path.read_text()
        self.lines = [0]
        for line in self.text.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))

    def offset(self, place):
        return self.lines[place["line"] - 1] + place["column"] - 1

    def span(self, span):
        return self.offset(span["start"]), self.offset(span["end"])


def sort_out(listed, files):
    """The mutants by function, and those that must be run alone."""
    functions, alone = collections.defaultdict(list), []
    for number, mutant in enumerate(listed, 1):
        mutant["number"] = number
        about = mutant["function"]
        file = files[mutant["file"]]
        if not about:
            alone.append(mutant)
            continue
        begin, end = file.span(about["span"])
        text = file.text[begin:end]
        body = body_of(text)
        at, to = file.span(mutant["span"])
        if body is None or at < begin + body or "-> impl" in text[:body] or "const fn" in text[:body]:
            alone.append(mutant)
            continue
        functions[mutant["file"], begin, begin + body, end].append(mutant)
    inner = [key for key in functions if any(other != key and other[0] == key[0] and other[2] < key[1] and key[3] <= other[3] for other in functions)]
    for key in inner:
        alone.extend(functions.pop(key))
    return functions, alone


def write(functions, files, left_out):
    """Writes every file with its choices; which lines belong to which mutant."""
    owners = {}
    by_file = collections.defaultdict(list)
    for (name, _, body, end), mutants in functions.items():
        by_file[name].append((body, end, mutants))
    for name, places in by_file.items():
        file, out, at, lines = files[name], [], 0, []
        for body, end, mutants in sorted(places, key=lambda place: place[0]):
            out.append(file.text[at:body] + "{ match crate::mutant() {\n")
            for mutant in mutants:
                if mutant["number"] in left_out:
                    continue
                begin, to = file.span(mutant["span"])
                arm = file.text[body:begin] + mutant["replacement"] + file.text[to:end]
                first = "".join(out).count("\n") + 1
                out.append(f"{mutant['number']} => {arm}\n")
                lines.append((first, first + arm.count("\n"), mutant["number"]))
            out.append("_ => " + file.text[body:end] + "\n} }")
            at = end
        out.append(file.text[at:])
        file.path.write_text("".join(out))
        owners[name] = lines
    return owners


def build(copy, package, environment):
    """The test programs, or where the faults are."""
    command = ["cargo", "test", "--offline", "-p", package, "--no-run", "--message-format=json"]
    run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    programs, faults = [], []
    for line in run.stdout.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        if message.get("executable") and message.get("profile", {}).get("test"):
            programs.append(message["executable"])
        if message.get("reason") == "compiler-message" and message["message"]["level"] == "error":
            spans = message["message"]["spans"]
            faults.append((message["message"]["message"], [(span["file_name"], span["line_start"]) for span in spans]))
    return (programs if run.returncode == 0 else None), faults, run.stderr


def compile_all(copy, package, functions, files, environment):
    left_out = set()
    while True:
        owners = write(functions, files, left_out)
        programs, faults, said = build(copy, package, environment)
        if programs is not None:
            return programs, left_out
        found = set()
        for _, spans in faults:
            for name, line in spans:
                found.update(number for first, last, number in owners.get(name, []) if first <= line <= last)
        print(f"{len(found)} do not compile", file=sys.stderr)
        if not found - left_out:
            sys.exit(f"the build fails outside the mutants:\n{faults[:3]}\n{said[-2000:]}")
        left_out |= found


def limits(seconds):
    """Memory, and time of the processor: a busy machine makes no mutant slow."""

    def set_them():
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return set_them


def outcome(programs, number, environment, seconds, arguments, folder):
    """`caught`, `timeout` or `missed`."""
    for program in programs:
        run = subprocess.run(
            [program, "-q", *arguments], env={**environment, "MUTANT": str(number)}, cwd=folder, preexec_fn=limits(seconds),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        if run.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            return "timeout"
        if run.returncode:
            return "caught"
    return "missed"


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("copy", type=pathlib.Path)
    parse.add_argument("package")
    parse.add_argument("patterns", nargs="+")
    parse.add_argument("--jobs", type=int, default=os.cpu_count())
    parse.add_argument("--seconds", type=int, default=20, help="of processor time for the quick tests; ten times as much for the slow ones")
    parse.add_argument("--slow", default="", help="words in the names of tests that run only for what the others let pass")
    parse.add_argument("--quick", action="store_true", help="leave out the slow tests altogether")
    asked = parse.parse_args()
    listing = ["cargo", "mutants", "--list", "--json", "-p", asked.package, *(word for pattern in asked.patterns for word in ("-f", pattern))]
    listed = json.loads(subprocess.run(listing, cwd=asked.copy, check=True, capture_output=True, text=True).stdout)
    files = {mutant["file"]: File(asked.copy / mutant["file"]) for mutant in listed}
    functions, alone = sort_out(listed, files)
    package = next(iter(files.values())).path
    while not (package / "Cargo.toml").exists():
        package = package.parent
    root = package / "src/lib.rs"
    root.write_text(root.read_text() + SWITCH)
    environment = {**os.environ, "RUSTFLAGS": "--cap-lints allow", "CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_INCREMENTAL": "1"}
    environment.pop("MUTANT", None)
    programs, left_out = compile_all(asked.copy, asked.package, functions, files, environment)
    slow = [word for word in asked.slow.split(",") if word]
    quick = [part for word in slow for part in ("--skip", word)]
    if outcome(programs, 0, environment, asked.seconds * 10, [], package) != "missed":
        sys.exit("the tests fail without a mutant")
    chosen = [mutant for mutants in functions.values() for mutant in mutants if mutant["number"] not in left_out]

    def judge(how, seconds, arguments):
        def one(mutant):
            return mutant, outcome(programs, mutant["number"], environment, seconds, arguments, package)

        left = []
        with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
            for done, (mutant, ended) in enumerate(pool.map(one, chosen), 1):
                if ended == "missed":
                    left.append(mutant)
                else:
                    sums[ended] += 1
                if ended != "caught":
                    print(f"{how}: {ended}: {mutant['name']}", file=sys.stderr, flush=True)
                if done % 50 == 0:
                    print(f"{how}: {done} of {len(chosen)}", file=sys.stderr, flush=True)
        return left

    sums = collections.Counter({"does not compile": len(left_out)})
    chosen = judge("quick tests", asked.seconds, quick)
    if slow and not asked.quick:
        chosen = judge("slow tests", asked.seconds * 10, slow)
    for mutant in chosen:
        print(f"missed: {mutant['name']}")
    sums["missed"] = len(chosen)
    for mutant in alone:
        print(f"to be run alone: {mutant['name']}")
    print(f"{len(listed)} mutants: " + ", ".join(f"{count} {how}" for how, count in sorted(sums.items())) + f", {len(alone)} to be run alone")
    sys.exit(2 if sums["missed"] else 0)


main()
