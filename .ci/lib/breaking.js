// Names every change of the description that breaks a client: breaking.js OLD NEW [WAIVERS].
//
// api-smart-diff judges; it takes the removal of an optional member of an answer for harmless and repeats
// everything under components/, so here components are left out and every removed member of an answer or of an
// event counts. A waiver is {"path": "…", "reason": "…"}; the path as it is printed here.
'use strict';
const fs = require('node:fs');
const { apiDiff, breaking } = require('api-smart-diff');

// closed sets of answers do not exist, and a text that may be longer or a new example breaks nobody
const IGNORED = new Set(['example', 'examples', 'description', 'summary', 'x-extensible-enum', 'title']);

function changes(before, after) {
  const found = new Map();
  for (const one of apiDiff(before, after)) {
    const path = one.path.map(String);
    if (path[0] === 'components' || path.some((part) => IGNORED.has(part))) continue;
    // a header of an answer that is described less breaks nobody's reading of it
    const said = path.includes('responses') || path[0] === 'webhooks';
    const member = said && path.at(-2) === 'properties' && one.action === 'remove';
    if (one.type === breaking || member) found.set(path.join('/'), `${one.action} ${path.join('/')}`);
  }
  for (const [path, line] of removedMembers(before, after)) found.set(path, line);
  return found;
}

// every member of every answer and every event, through references: gone means named
function removedMembers(before, after) {
  const found = new Map();
  const now = said(after);
  for (const path of said(before)) if (!now.has(path)) found.set(path, `remove ${path}`);
  return found;
}

function said(document) {
  const all = new Set();
  const walk = (schema, path, seen) => {
    if (!schema || typeof schema !== 'object') return;
    if (schema.$ref) {
      const name = schema.$ref.split('/').at(-1);
      if (seen.includes(name)) return;
      walk(document.components.schemas[name], path, [...seen, name]);
      return;
    }
    for (const part of [...(schema.oneOf ?? []), ...(schema.allOf ?? []), ...(schema.anyOf ?? [])]) walk(part, path, seen);
    if (schema.items) walk(schema.items, `${path}[]`, seen);
    if (schema.additionalProperties) walk(schema.additionalProperties, `${path}{}`, seen);
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      all.add(`${path}/${name}`);
      walk(inner, `${path}/${name}`, seen);
    }
  };
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item)) {
      for (const [status, response] of Object.entries(operation.responses ?? {})) {
        for (const media of Object.values(response.content ?? {})) walk(media.schema, `${operation.operationId ?? method + path} ${status}`, []);
      }
    }
  }
  for (const [kind, item] of Object.entries(document.webhooks ?? {})) {
    for (const media of Object.values(item.post.requestBody.content)) walk(media.schema, `event ${kind}`, []);
  }
  return all;
}

module.exports = { changes };

if (require.main === module) {
  const [before, after] = process.argv.slice(2, 4).map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));
  const waivers = process.argv[4] ? JSON.parse(fs.readFileSync(process.argv[4], 'utf8')) : [];
  const unreasoned = waivers.filter((waiver) => !waiver.path || !waiver.reason);
  if (unreasoned.length) {
    console.error('a waiver needs a path and a reason:', unreasoned);
    process.exit(1);
  }
  const found = [...changes(before, after)].filter(([path]) => !waivers.some((waiver) => waiver.path === path));
  for (const [, line] of found) console.error(`breaking: ${line}`);
  console.log(`${found.length} breaking changes, ${waivers.length} waived`);
  process.exit(found.length ? 1 : 0);
}
