// Push an invoice → overdue → promise → paid, through the generated client, with words nobody knows in the answers.
import { client } from './client/client.gen';
import * as api from './client';

const base = process.env.RELANCE_BASE!;
client.setConfig({ baseUrl: base, auth: () => process.env.RELANCE_KEY_A!, throwOnError: true });

function check(what: string, is: unknown): void {
  if (!is) throw new Error(`TypeScript: ${what}`);
}

async function rest(): Promise<void> {
  for (;;) {
    const { data } = await api.getTestClock({ throwOnError: true });
    if (data.status === 'ready') return;
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function main(): Promise<void> {
  const customer = await api.putCustomer({
    throwOnError: true, path: { source: 'ts', external_id: 'C1' },
    body: { source_version: 1, kind: 'business', name: 'Boulangerie Dupont', contacts: [{ external_id: 'c1', email: 'compta@dupont.example', role: 'accounts_payable' }] },
  });
  check('the customer has an invented kind', (customer.data as { kind: string }).kind === 'invented.word');
  await api.putInvoice({
    throwOnError: true, path: { source: 'ts', external_id: 'FA-1' },
    body: { source_version: 1, number: 'TS-1', customer_external_id: 'C1', issued_on: '2026-09-05', due_on: '2026-10-05', currency: 'EUR', total: '100.00' },
  });
  const now = (await api.getTestClock({ throwOnError: true })).data.now;
  if (now < '2026-10-06T12:00:00.000Z') {
    await api.advanceTestClock({ throwOnError: true, body: { to: '2026-10-06T12:00:00Z' } });
    await rest();
  }
  const read = () => api.getInvoiceByExternalId({ throwOnError: true, path: { source: 'ts', external_id: 'FA-1' } });
  const due = (await read()).data;
  check('the invoice is overdue', due.overdue && due.amount_due === '100.00');
  check('its state is invented', due.dunning.state === 'invented.word');
  const promise = await api.createPromise({
    throwOnError: true, headers: { 'Idempotency-Key': 'ts-promise' },
    body: { customer_external_id: 'C1', source: 'ts', amount: '100.00', currency: 'EUR', promised_on: '2026-10-20' },
  });
  check('the promise has an invented status', (promise.data as { status: string }).status === 'invented.word');
  await api.putPayment({
    throwOnError: true, path: { source: 'ts', external_id: 'P1' },
    body: { customer_external_id: 'C1', amount: '100.00', currency: 'EUR', paid_on: '2026-10-06', allocations: [{ invoice_external_id: 'FA-1', amount: '100.00' }] },
  });
  check('the invoice is paid', (await read()).data.status === 'paid');
  const events = (await api.listEvents({ throwOnError: true, query: { limit: 5 } })).data;
  check('events have an invented type', events.data.length === 5 && events.data[0].type === 'invented.word');
  const refused = await api.getInvoice({ path: { id: 'inv_00000000000000000000000000' }, throwOnError: false });
  check('a refusal is a problem', refused.error?.code === 'not_found');
  console.log('TypeScript: pushed, overdue, promised, paid');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
