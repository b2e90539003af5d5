//! Weeks of a customer's life, on a clock, through HTTP. The numbers are those of the twenty stories.

mod a02_payment_before_send;
mod a04_down_for_three_days;
mod a05_not_before_the_day;
mod a06_every_zone;
mod a07_backlog;
mod a08_holds;
mod a09_sending_days;
mod a10_one_message;
mod a11_totals;
mod a12_two_currencies;
mod a13_case_closes;
mod a15_part_payment;
mod a16_left_out;
mod a17_one_poisoned_customer;
mod a18_oldest_paid;
mod a19_signed_webhooks;
mod a20_debit_and_who;
mod approval;
mod ladder;
mod policy_fields;
mod promise;
mod silence;
mod time_travel;
