//! `sechat upload`.

use std::fs;
use std::path::Path;

use clap::Args;
use sechat_blocking::endpoint::UploadImage;
use serde_json::json;
use url::Url;

use crate::exit::{Code, EXIT_CODES, Failure};
use crate::output;
use crate::target::Target;

const EXAMPLES: &str = "\
Examples:
  sechat upload plot.png
  sechat upload https://example.com/plot.png            The server fetches it
  sechat send 1 \"$(sechat upload plot.png)\"             Show it in room 1
";

/// Put an image on the network's image host, and print its address
///
/// A message that is nothing but this address shows the image. It wants 20 reputation. The sites' own limit is 2 MiB.
#[derive(Debug, Args)]
#[command(after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Upload {
    /// A file, or the address of an image, which begins with http:// or https://
    #[arg(value_name = "FILE|URL")]
    image: String,

    /// What kind of image a file is, such as image/png; by default its extension tells
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,

    #[command(flatten)]
    target: Target,

    /// Print one line of JSON: url
    #[arg(long)]
    json: bool,
}

impl Upload {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let call = self.call()?;
        let url = self.target.work(|chat| Ok(chat.call(call)?))?;
        if self.json {
            output::json(&json!({ "url": url.as_str() }))?;
        } else {
            output::line(url)?;
        }
        Ok(())
    }

    fn call(&self) -> Result<UploadImage, Failure> {
        if self.image.starts_with("http://") || self.image.starts_with("https://") {
            let url: Url = self
                .image
                .parse()
                .map_err(|error| Failure::new(Code::Usage, format!("{} is no address: {error}", self.image)))?;
            return Ok(UploadImage::url(url));
        }
        let path = Path::new(&self.image);
        let kind = self.kind.as_deref().or_else(|| kind(path)).ok_or_else(|| {
            Failure::new(Code::Usage, format!("it is not known what kind of image {} is", self.image))
                .hint("Tell it with --type, as in --type image/png.")
        })?;
        let data = fs::read(path)
            .map_err(|error| Failure::new(Code::Other, format!("cannot read {}: {error}", self.image)))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(UploadImage::bytes(name, data, kind))
    }
}

fn kind(path: &Path) -> Option<&'static str> {
    Some(match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "bmp" => "image/bmp",
        _ => return None,
    })
}
