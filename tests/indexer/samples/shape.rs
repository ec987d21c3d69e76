pub const LIMIT: usize = 3;

#[derive(Debug)]
pub struct Circle { radius: f64 }

pub trait Shape {
    fn area(&self) -> f64;
}

impl Circle {
    pub fn new(radius: f64) -> Self { Circle { radius } }
}

impl<T> Shape for Wrapper<T> {
    fn area(&self) -> f64 { 1.0 }
}

mod inner {
    pub enum Color { Red }
    pub fn mix() {}
}

macro_rules! square { ($x:expr) => { $x * $x }; }
type Size = usize;
