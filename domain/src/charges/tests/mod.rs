mod golden;
mod naive;
mod stories;
