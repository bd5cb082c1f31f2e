//! A Chromium without a window, by its DevTools protocol.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::{Message, WebSocket};

/// How long anything may take, in milliseconds of the page.
const PATIENCE: u64 = 30_000;
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// It talks to nobody of its own accord.
const ARGUMENTS: [&str; 14] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-proxy-server",
    // A mouse is at hand.
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
    "--remote-debugging-port=0",
];

/// One tab. The browser ends with it.
pub(crate) struct Tab {
    child: Child,
    socket: WebSocket<TcpStream>,
    next: u64,
    session: Option<String>,
    /// What the browser told of its own accord.
    events: Vec<Value>,
    _profile: TempDir,
}

/// The program, `None` where there is none: then the test has nothing to say.
fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(named.into());
    }
    let path: OsString = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|program| program.is_file());
    if found.is_none() {
        println!("skipped: there is no Chromium here, and CHROMIUM names none");
    }
    found
}

impl Tab {
    /// An empty tab of a browser of its own.
    pub(crate) fn open() -> Option<Self> {
        let program = program()?;
        let profile = TempDir::new().unwrap();
        let mut command = Command::new(program);
        command.args(ARGUMENTS).arg(format!("--user-data-dir={}", profile.path().display())).arg("about:blank");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = String::new();
        let url = lines.by_ref().find_map(|line| {
            let url = line.strip_prefix("DevTools listening on ").map(str::to_owned);
            let _ = writeln!(said, "{line}");
            url
        });
        let Some(url) = url else { panic!("Chromium does not start: {said}") };
        std::thread::spawn(move || lines.for_each(drop));

        let address = url.trim_start_matches("ws://").split('/').next().unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(2 * PATIENCE))).unwrap();
        let (socket, _) = tungstenite::client(&url, stream).unwrap();
        let mut tab = Self { child, socket, next: 0, session: None, events: Vec::new(), _profile: profile };
        let targets = tab.call("Target.getTargets", &json!({}));
        let page = targets["targetInfos"].as_array().unwrap().iter().find(|target| target["type"] == "page").unwrap();
        let attach = json!({ "targetId": page["targetId"], "flatten": true });
        tab.session = tab.call("Target.attachToTarget", &attach)["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Network"] {
            tab.call(&format!("{domain}.enable"), &json!({}));
        }
        tab.size(1200, 800);
        Some(tab)
    }

    /// Sets the size of what is seen.
    pub(crate) fn size(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let mut request = json!({ "id": self.next, "method": method, "params": params });
        if let Some(session) = &self.session {
            request["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(request.to_string())).unwrap();
        loop {
            let Message::Text(text) = self.socket.read().unwrap() else { continue };
            let mut answer: Value = serde_json::from_str(&text).unwrap();
            if answer["id"] != self.next {
                self.events.push(answer);
                continue;
            }
            assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
            return answer["result"].take();
        }
    }

    pub(crate) fn go(&mut self, url: &str) {
        let answer = self.call("Page.navigate", &json!({ "url": url }));
        assert!(answer["errorText"].is_null(), "{url}: {answer}");
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// The value of an expression, awaited.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.call("Runtime.evaluate", &params);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].take()
    }

    /// Waits until an expression is true in the page, and gives what it is.
    pub(crate) fn until(&mut self, condition: &str) -> Value {
        let look = format!(
            "new Promise((done, fail) => {{
                const end = Date.now() + {PATIENCE};
                const look = () => {{
                    let value;
                    try {{ value = ({condition}); }} catch {{ value = undefined; }}
                    if (value) done(value);
                    else if (Date.now() > end) fail(new Error('in vain: ' + document.body.innerText.slice(0, 2000)));
                    else setTimeout(look, 20);
                }};
                look();
            }})"
        );
        self.value(&look)
    }

    /// Clicks in the middle of what a selector names, with a mouse that moves there first.
    pub(crate) fn click(&mut self, selector: &str) {
        let [x, y] = self.hover(selector);
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", &event);
        }
    }

    /// Moves the mouse there, and says where that is.
    pub(crate) fn hover(&mut self, selector: &str) -> [Value; 2] {
        let name = json!(selector);
        self.until(&format!("document.querySelector({name})"));
        let middle = self.value(&format!(
            "(() => {{
                const element = document.querySelector({name});
                element.scrollIntoView({{ block: 'center' }});
                const box = element.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            }})()"
        ));
        let (x, y) = (&middle[0], &middle[1]);
        self.call("Input.dispatchMouseEvent", &json!({ "type": "mouseMoved", "x": x, "y": y }));
        let hit = self.value(&format!("document.querySelector({name}).contains(document.elementFromPoint({x}, {y}))"));
        assert_eq!(hit, true, "something lies over {selector}");
        [x.clone(), y.clone()]
    }

    /// Types into what has the focus.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", &json!({ "text": text }));
    }

    pub(crate) fn press(&mut self, key: &str, code: u32) {
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code });
            if kind == "keyDown" && key == "Enter" {
                event["text"] = json!("\r");
            }
            self.call("Input.dispatchKeyEvent", &event);
        }
    }

    /// Chooses in a list, as the keys would.
    pub(crate) fn choose(&mut self, selector: &str, value: &str) {
        let (selector, value) = (json!(selector), json!(value));
        let chosen = self.value(&format!(
            "(() => {{
                const list = document.querySelector({selector});
                list.value = {value};
                list.dispatchEvent(new Event('change', {{ bubbles: true }}));
                return list.value;
            }})()"
        ));
        assert_eq!(chosen, value);
    }

    /// What the browser told since the last time, of one kind.
    pub(crate) fn told(&mut self, method: &str) -> Vec<Value> {
        // Whatever was told before this call is there when it is answered.
        self.call("Runtime.getHeapUsage", &json!({}));
        let (told, rest) = std::mem::take(&mut self.events).into_iter().partition(|event| event["method"] == method);
        self.events = rest;
        told
    }

    /// The addresses that were asked for, without those that the page's policy forbids to ask.
    pub(crate) fn asked(&mut self) -> Vec<String> {
        let failed = self.told("Network.loadingFailed");
        let is_csp = |event: &&Value| event.pointer("/params/blockedReason").is_some_and(|reason| reason == "csp");
        let blocked: Vec<_> = failed.iter().filter(is_csp).map(|event| &event["params"]["requestId"]).collect();
        let mut events = self.told("Network.requestWillBeSent");
        events.extend(self.told("Network.webSocketCreated"));
        events.retain(|event| !blocked.contains(&&event["params"]["requestId"]));
        let url = |event: &Value| event.pointer("/params/request/url").or(event.pointer("/params/url")).cloned();
        events.iter().filter_map(url).filter_map(|url| url.as_str().map(str::to_owned)).collect()
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let close = json!({ "id": 0, "method": "Browser.close" });
        let closing = self.socket.send(Message::text(close.to_string()));
        if closing.is_err() {
            let _ = self.child.kill();
        }
        // It closes the socket when it ends; one that does not is killed after the socket's patience.
        while closing.is_ok() && self.socket.read().is_ok() {}
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
