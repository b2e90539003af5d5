//! Weeks of a customer's life, on a clock, through HTTP. The numbers are those of the twenty stories.

mod a02_payment_before_send;
mod a04_down_for_three_days;
mod a05_not_before_the_day;
mod a09_sending_days;
mod a10_one_message;
mod a11_totals;
mod a12_two_currencies;
mod a15_part_payment;
mod a16_left_out;
mod approval;
mod behaviour;
mod ladder;
mod promise;
mod silence;
mod simulation;
mod time_travel;
mod versions;
