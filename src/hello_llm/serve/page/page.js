// Asks a profile over a WebSocket and shows the events of hello-llm.events/1 as they arrive.

const SUBPROTOCOL = "hello-llm.events.1";
const CANCEL_PATIENCE_MS = 5000;

const element = (id) => document.getElementById(id);
const page = document.scrollingElement;
const models = element("model");
const conversation = element("conversation");
const question = element("question");
const [restart, cancel, send] = ["restart", "cancel", "send"].map(element);
const keyboard = matchMedia("(pointer: fine)").matches; // on a touch screen, focus would open one

let token = ""; // only ever here: not in storage, not in an address
let messages = []; // the questions and complete answers of this conversation
let call = null; // the AbortController of the call in progress

// The server

/** The token in UTF-8, a character for each byte, which is what headers and btoa() accept. */
function tokenBytes() {
  return String.fromCharCode(...new TextEncoder().encode(token));
}

function subprotocols() {
  if (!token) return [SUBPROTOCOL];
  const encoded = btoa(tokenBytes()).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return [SUBPROTOCOL, `bearer.${encoded}`];
}

/** The names of the profiles and models; throws an Error that says why there are none. */
async function fetchModels() {
  const headers = token ? { Authorization: `Bearer ${tokenBytes()}` } : {};
  const response = await fetch("v1/models", { headers, cache: "no-store" }).catch(() => {
    throw new Error("the server cannot be reached: check that it is running");
  });
  const body = await response.json().catch(() => null);
  if (response.ok && Array.isArray(body?.data)) return body.data.map((model) => model.id);
  const message = body?.error?.message ?? `the server replied with HTTP status ${response.status}`;
  throw Object.assign(new Error(message), { unauthorized: response.status === 401 });
}

/** A browser hides why a WebSocket was refused: an ordinary request shows it. */
async function whyRefused() {
  try {
    await fetchModels();
    const hint = "see the server's log; a proxy in between may not pass WebSockets on";
    return localError("UNREACHABLE", "the server is running, but refused the WebSocket", hint);
  } catch (error) {
    if (error.unauthorized) askForToken(error.message);
    return localError(error.unauthorized ? "AUTH" : "UNREACHABLE", error.message);
  }
}

/** An error event for what the server could not report. */
function localError(code, message, hint = null) {
  return { event: "error", error: { code, message, hint } };
}

/** Ask once, and resolve to the `end` or `error` event; `onEvent` gets the others. */
function exchange(request, signal, onEvent) {
  return new Promise((resolve) => {
    const url = new URL("v1/events", document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, subprotocols());
    let opened = false;

    function finish(reply) {
      socket.onmessage = socket.onclose = null;
      socket.close();
      resolve(reply);
    }
    socket.onopen = () => {
      opened = true;
      say("Waiting for the first token…");
      socket.send(JSON.stringify(request));
    };
    socket.onmessage = ({ data }) => {
      const event = parsed(data);
      if (event.event === "end" || event.event === "error") finish(event);
      else onEvent(event);
    };
    socket.onclose = async ({ code, reason }) => {
      const early = `the connection closed before the answer ended: ${reason || `code ${code}`}`;
      finish(opened ? localError("UNREACHABLE", early) : await whyRefused());
    };
    signal.onabort = () => {
      const cancelled = localError("INT", "the call was cancelled");
      if (!opened) return finish(cancelled);
      say("Cancelling…");
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ cancel: true }));
      setTimeout(finish, CANCEL_PATIENCE_MS, cancelled);
    };
  });
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return localError("BROKEN_REPLY", "the server sent something other than JSON");
  }
}

// The page

function say(text, failed = false) {
  element("status").textContent = text;
  element("status").classList.toggle("failure", failed);
}

/** Change the page, and stay at its end if that is where the reader is. */
function following(change) {
  const atEnd = page.scrollHeight - page.scrollTop - page.clientHeight < 40;
  change();
  if (atEnd) page.scrollTop = page.scrollHeight;
}

/** Text that grows by many small pieces, drawn at most once a frame. */
class GrowingText {
  #pieces = [];
  #scheduled = false;
  #pause = 0;

  constructor(target) {
    this.target = target;
  }

  add(piece) {
    this.#pieces.push(piece);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => requestAnimationFrame(() => this.draw()), this.#pause);
  }

  draw() {
    this.#scheduled = false;
    if (this.#pieces.length === 0) return;
    const began = performance.now();
    following(() => this.target.append(this.#pieces.join("")));
    this.#pieces = [];
    // The longer the text, the longer its layout takes: leave most of the time to the rest.
    this.#pause = 4 * (performance.now() - began);
  }

  /** Draw the rest; `text`, if the server sent it, is the whole. */
  end(text) {
    this.draw();
    if (typeof text === "string" && text !== this.target.textContent) this.target.textContent = text;
    return this.target.textContent;
  }
}

/** A question and its answer on the page. */
class Turn {
  #article = element("turn").content.firstElementChild.cloneNode(true);
  #began = performance.now();
  #firstTokenMs = null;
  #clock = setInterval(() => this.#figure("total-time", duration(this.#elapsed())), 100);

  constructor(text) {
    this.answer = new GrowingText(this.#part("answer"));
    this.thoughts = new GrowingText(this.#part("thoughts"));
    this.#part("question").textContent = text;
    conversation.append(this.#article);
    page.scrollTop = page.scrollHeight;
  }

  receive(event) {
    switch (event.event) {
      case "start":
        this.#figure("served", event.model ?? "unknown");
        break;
      case "delta":
        this.#streaming();
        this.answer.add(event.text);
        break;
      case "reasoning":
        this.#streaming();
        this.#part("reasoning").hidden = false;
        this.thoughts.add(event.text);
        break;
      case "retry": {
        this.#figure("served", event.model);
        const label = `Attempt ${event.attempt} failed; next in ${duration(event.delay_s * 1000)}:`;
        following(() => this.#note("", label, event.message));
        say("Waiting to try again…");
      }
    }
  }

  /** Show how the call ended, and return the answer if the conversation can go on from it. */
  finish(reply, cancelled) {
    clearInterval(this.#clock);
    let text;
    following(() => {
      text = this.answer.end(reply.text);
      this.#part("reasoning").hidden = this.thoughts.end(reply.reasoning) === "";
      this.#part("answer").removeAttribute("aria-busy");
      for (const { name, arguments: given } of reply.tool_calls ?? []) this.#note("", "Tool call:", `${name}(${given})`);
      this.#verdict(reply, text, cancelled);
      this.#part("answer").hidden = text === "";
      this.#part("figures").hidden = !reply.usage && !text;
      this.#figures(reply);
    });
    return reply.event === "end" && !reply.tool_calls?.length ? text : "";
  }

  #part(name) {
    return this.#article.querySelector(`.${name}`);
  }

  #elapsed() {
    return performance.now() - this.#began;
  }

  #figure(name, text) {
    this.#part(name).textContent = text;
  }

  #streaming() {
    if (this.#firstTokenMs !== null) return;
    this.#firstTokenMs = this.#elapsed();
    this.#figure("first-token", duration(this.#firstTokenMs));
    say("Answering…");
  }

  #note(kind, label, text) {
    const [note, strong, bdi] = ["p", "strong", "bdi"].map((tag) => document.createElement(tag));
    note.className = `note ${kind}`;
    strong.textContent = label;
    bdi.textContent = text;
    note.append(strong, " ", bdi);
    this.#part("notes").append(note);
  }

  #verdict(reply, text, cancelled) {
    if (reply.event === "end") {
      const warning = warningAbout(reply, text);
      if (warning) this.#note("warning", ...warning);
      say(warning ? "" : "The answer is complete.");
      return;
    }
    const { code, message, hint } = reply.error ?? {};
    if (cancelled && code === "INT") {
      this.#note("warning", "Cancelled", "");
      say("Cancelled.");
    } else {
      this.#note("failure", `Failed (${code}):`, message);
      say("The call failed.", true);
    }
    if (hint) this.#note("", "Hint:", hint);
    if (text) this.#note("warning", "Incomplete:", "the text above does not become part of the conversation");
  }

  #figures({ usage, model_served: served }) {
    const mark = usage?.estimated ? "~" : "";
    const known = (value, format) => (value == null ? "unknown" : mark + format(value));
    this.#figure("tokens-in", known(usage?.tokens_in, count));
    this.#figure("tokens-out", known(usage?.tokens_out, count));
    this.#figure("cost", known(usage?.usd_micros, dollars));
    this.#figure("total-time", duration(usage?.latency_ms ?? this.#elapsed()));
    const firstTokenMs = usage?.first_token_ms ?? this.#firstTokenMs;
    this.#figure("first-token", firstTokenMs === null ? "unknown" : duration(firstTokenMs));
    if (served) this.#figure("served", served);
  }
}

/** What is not right with an answer that ended without an error: a label and a sentence. */
function warningAbout(reply, text) {
  if (reply.finish_reason === "length") return ["Cut off:", "the answer reached its token limit"];
  if (reply.finish_reason === "content_filter") return ["Cut off:", "a content filter stopped it"];
  if (reply.tool_calls?.length) return ["No answer yet:", "the model asks for a tool, which this page cannot run"];
  if (reply.complete === false) return ["Perhaps incomplete:", "the server did not mark the end of the answer"];
  return text === "" ? ["Empty:", "the model sent no text"] : null;
}

function duration(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function count(tokens) {
  return tokens.toLocaleString("en-US");
}

function dollars(micros) {
  if (micros === 0) return "$0";
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 6 };
  return `$${(micros / 1e6).toLocaleString("en-US", digits)}`;
}

// What the reader does

async function ask() {
  const text = question.value;
  const turn = new Turn(text);
  call = new AbortController();
  question.value = "";
  updateButtons();
  if (document.activeElement === document.body || document.activeElement === send) cancel.focus();
  say("Connecting…");

  const asked = [...messages, { role: "user", content: text }];
  const request = { model: models.value, messages: asked };
  const reply = await exchange(request, call.signal, (event) => turn.receive(event));
  const answer = turn.finish(reply, call.signal.aborted);
  if (answer) messages = [...asked, { role: "assistant", content: answer }];
  else question.value ||= text;
  if (document.activeElement === cancel && keyboard) question.focus();
  call = null;
  updateButtons();
}

function updateButtons() {
  const ready = models.value !== "" && element("sign-in").hidden;
  send.disabled = call !== null || !ready || question.value.trim() === "";
  cancel.disabled = call === null;
  restart.disabled = call !== null || conversation.childElementCount === 0;
  models.disabled = !ready;
}

function askForToken(problem) {
  element("sign-in").hidden = false;
  element("token-error").textContent = problem;
  element("token").focus();
}

async function connect() {
  try {
    const names = await fetchModels();
    const chosen = models.value;
    models.replaceChildren(...names.map((name) => new Option(name, name, false, name === chosen)));
    element("sign-in").hidden = true;
    element("token").value = "";
    say(names.length ? "Ready." : "The server offers no profile and no model.", names.length === 0);
    if (keyboard) question.focus();
  } catch (error) {
    if (error.unauthorized) askForToken(token ? error.message : "");
    else say(`Not ready: ${error.message}. Reload the page to try again.`, true);
  }
  updateButtons();
}

element("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  token = element("token").value.trim();
  connect();
});
element("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!send.disabled) ask();
});
question.addEventListener("input", updateButtons);
question.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  element("composer").requestSubmit();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) call?.abort();
});
cancel.addEventListener("click", () => call?.abort());
restart.addEventListener("click", () => {
  messages = [];
  conversation.replaceChildren();
  say("");
  question.focus();
  updateButtons();
});

connect();
