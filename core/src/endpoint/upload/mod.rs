//! Images.

mod multipart;
mod script;
mod upload_image;

pub use upload_image::UploadImage;
