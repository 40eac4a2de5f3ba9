-- What a call costs, by the prices that were set when its row was written. A row without a known price has neither.
alter table usage_ledger add column cost numeric(38, 9);
alter table usage_ledger add column currency_code text not null default '';
alter table usage_ledger add constraint usage_ledger_cost check (cost >= 0 and currency_code <> '' or cost is null and currency_code = '');
