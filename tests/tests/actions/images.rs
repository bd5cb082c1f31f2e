//! Images.

use sechat_core::endpoint::UploadImage;
use sechat_core::{Error, Refusal};
use sechat_tests::{BOT, Duo, Fate, page};
use url::Url;

use super::{bot, call, other, refused};

#[test]
fn an_image_arrives_byte_for_byte() {
    let mut duo = Duo::new();
    let data = b"\x89PNG\r\n\x1a\n\0\r\n------sechat-form-0000000000000000--\r\n".to_vec();
    let url = call(&mut duo, UploadImage::bytes("a \"plot\".png", data.clone(), "image/png")).unwrap();
    assert_eq!(url.host_str(), Some("i.sstatic.net"));
    let [upload] = duo.server.uploads() else { panic!() };
    assert_eq!(upload.data, data);
    assert_eq!((upload.name.as_str(), upload.content_type.as_str()), ("a %22plot%22.png", "image/png"));
    assert_eq!((upload.by, &upload.url), (Some(BOT), &url.to_string()));
}

#[test]
fn an_address_is_fetched_by_the_server() {
    let mut duo = Duo::new();
    let source = Url::parse("https://example.com/a.png?b=c&d").unwrap();
    let url = call(&mut duo, UploadImage::url(source.clone())).unwrap();
    assert_eq!(duo.server.uploads()[0].data, source.as_str());
    assert_eq!(duo.server.uploads()[0].url, url.as_str());
    let file = call(&mut duo, UploadImage::url(Url::parse("file:///etc/passwd").unwrap()));
    assert!(matches!(file, Err(Error::Invalid(_))));
}

#[test]
fn the_page_says_what_is_wrong() {
    let mut duo = Duo::new();
    let huge = call(&mut duo, UploadImage::bytes("a.png", vec![0; (2 << 20) + 1], "image/png"));
    assert_eq!(refused(huge), (200, other("Your image is too large (max 2 MiB)")));
    let mut duo = bot(|user| user.reputation(19));
    let poor = Refusal::NotEnoughReputation("You need 20 reputation points to upload images".into());
    assert_eq!(refused(call(&mut duo, UploadImage::bytes("a.png", "x", "image/png"))), (200, poor));
}

#[test]
fn an_upload_is_repeated_after_a_fault_and_waits_for_no_post() {
    for fate in [Fate::CutAfter, Fate::Masked(page(502, "Bad gateway")), Fate::Truncated] {
        let mut duo = Duo::new();
        duo.log_in().unwrap();
        duo.next(1, "/upload/image", fate);
        call(&mut duo, UploadImage::bytes("a.png", "x", "image/png")).unwrap();
        assert_eq!((duo.count("/upload/image"), duo.server.uploads().len()), (2, 2));
    }
}
