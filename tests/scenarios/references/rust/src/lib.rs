pub mod geo;
pub use geo::make;
