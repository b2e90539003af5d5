"""Push an invoice → overdue → promise → paid, through the generated client, with words nobody knows in the answers."""

import os
import time

from relance_client import AuthenticatedClient
from relance_client.api.customers import put_customer
from relance_client.api.events import list_events
from relance_client.api.invoices import get_invoice, get_invoice_by_external_id, put_invoice
from relance_client.api.payments import put_payment
from relance_client.api.promises import create_promise
from relance_client.api.test_clock import advance_test_clock, get_test_clock
from relance_client.models import (
    AdvanceInput, AllocationInput, ContactInput, ContactRoleInput, CustomerInput, CustomerKindInput, InvoiceInput, PaymentInput, PromiseInput,
)

client = AuthenticatedClient(base_url=os.environ["RELANCE_BASE"], token=os.environ["RELANCE_KEY_B"], raise_on_unexpected_status=True)


def day(text):
    """Days are dates in this client."""
    import datetime
    return datetime.date.fromisoformat(text)


def instant(text):
    import datetime
    return datetime.datetime.fromisoformat(text)


def check(what, true):
    if not true:
        raise SystemExit(f"Python: {what}")


contact = ContactInput(external_id="c1", email="compta@dupont.example", role=ContactRoleInput.ACCOUNTS_PAYABLE)
customer = put_customer.sync("py", "C1", client=client, body=CustomerInput(
    source_version=1, kind=CustomerKindInput.BUSINESS, name="Boulangerie Dupont", contacts=[contact]))
check("the customer has an invented kind", customer.kind == "invented.word")
put_invoice.sync("py", "FA-1", client=client, body=InvoiceInput(
    source_version=1, number="PY-1", customer_external_id="C1", issued_on=day("2026-09-05"), due_on=day("2026-10-05"), currency="EUR", total="100.00"))
if get_test_clock.sync(client=client).now < instant("2026-10-06T12:00:00+00:00"):
    advance_test_clock.sync(client=client, body=AdvanceInput(to=instant("2026-10-06T12:00:00+00:00")))
    while get_test_clock.sync(client=client).status != "ready":
        time.sleep(0.05)
due = get_invoice_by_external_id.sync("py", "FA-1", client=client)
check("the invoice is overdue", due.overdue and due.amount_due == "100.00")
check("its state is invented", due.dunning.state == "invented.word")
promise = create_promise.sync(client=client, idempotency_key="py-promise", body=PromiseInput(
    customer_external_id="C1", source="py", amount="100.00", currency="EUR", promised_on=day("2026-10-20")))
check("the promise has an invented status", promise.status == "invented.word")
put_payment.sync("py", "P1", client=client, body=PaymentInput(
    customer_external_id="C1", amount="100.00", currency="EUR", paid_on=day("2026-10-06"),
    allocations=[AllocationInput(invoice_external_id="FA-1", amount="100.00")]))
check("the invoice is paid", get_invoice_by_external_id.sync("py", "FA-1", client=client).status == "paid")
events = list_events.sync(client=client, limit=5)
check("events have an invented type", len(events.data) == 5 and events.data[0].type_ == "invented.word")
refused = get_invoice.sync("inv_00000000000000000000000000", client=client)
check("a refusal is a problem", refused.code == "not_found")
print("Python: pushed, overdue, promised, paid")
