// Asks the service and shows what it says. A message is only ever text: nothing of it is parsed as markup, linked or loaded.
"use strict";

const SAY = {
  en: {
    motto: "Real support never asks for your password, code, private key or seed phrase.", language: "Language", direction: "What is it?",
    inbound: "I received it", outgoing: "I am about to send it", message: "The message", check: "Check", try: "Try:",
    before: "What they wrote before, one message a line (optional)", token: "Access token of this service",
    hint: "It is read on this server and not kept.", tryScam: "fake support", tryHonest: "an honest warning", trySecret: "a code given away",
    shown: "The message, with the words that prove it", shownPlain: "The message", write: "Write a report",
    report: "Report, to send to whoever runs the channel", copy: "Copy", copied: "Copied.", copyBy: "Press Ctrl+C to copy.",
    foot: "A verdict can be wrong. In doubt, open the official app yourself and ask there.",
    block: "This is very likely a scam", warn: "Be careful: this may be a scam", allow: "Nothing suspicious found",
    blockOut: "Do not send this", warnOut: "Look again before you send this", allowOut: "No secret found in it",
    risk: "risk", certain: "certainty", asks: "It asks for", gives: "It gives away", checking: "Checking …",
    empty: "Paste a message first.", away: "The service cannot be reached. Is it still running?", locked: "This service wants its access token.",
  },
  zh: {
    motto: "真正的客服绝不会索要您的密码、验证码、私钥或助记词。", language: "语言", direction: "这是什么消息？",
    inbound: "我收到的", outgoing: "我正要发送的", message: "消息内容", check: "检查", try: "试一试：",
    before: "对方之前说了什么，每行一条（可不填）", token: "本服务的访问令牌",
    hint: "消息只在本服务器上读取，不会保存。", tryScam: "假冒客服", tryHonest: "善意提醒", trySecret: "泄露验证码",
    shown: "消息原文，标出的是依据", shownPlain: "消息原文", write: "生成举报内容",
    report: "举报内容，可发给平台管理员", copy: "复制", copied: "已复制。", copyBy: "请按 Ctrl+C 复制。",
    foot: "判断可能出错。如有疑问，请自行打开官方应用核实。",
    block: "这极有可能是诈骗", warn: "请当心：这可能是诈骗", allow: "未发现可疑之处",
    blockOut: "不要发送", warnOut: "发送前请再看一遍", allowOut: "未发现其中有机密",
    risk: "风险", certain: "把握", asks: "它在索要", gives: "它会泄露", checking: "检查中……",
    empty: "请先粘贴一条消息。", away: "无法连接服务，它还在运行吗？", locked: "本服务需要访问令牌。",
  },
};
const NAMES = {
  en: { "2fa_code": "2FA code", id_document: "ID document" },
  zh: {
    password: "密码", "2fa_code": "验证码", private_key: "私钥", seed_phrase: "助记词", card: "银行卡信息", id_document: "身份证件",
    remote_access: "远程控制", payment: "付款", credential_request: "索要凭证", fake_support_contact: "假冒客服联系方式",
    phishing_link: "钓鱼链接", payment_demand: "要求付款", trust_trick: "冒充熟人或上级", own_secret: "您自己的机密",
  },
};
const TRY = {
  scam: ["inbound", {
    en: "Kraken Support: your wallet is locked 🔒. Reply with your 12-word seed phrase within 24 hours to restore it.",
    zh: "您好，我是币安官方客服🔒，您的账户存在风险，请把12个助记词发给我核对，否则24小时内冻结。" }, ""],
  honest: ["inbound", {
    en: "Reminder from the moderators: Kraken will never ask for your seed phrase. Do not send it to anyone.",
    zh: "管理员提醒：币安客服绝不会索要您的助记词，请不要发给任何人。" }, ""],
  secret: ["outgoing", { en: "it's 482913", zh: "482913" }, { en: "Hi, support here. Which code did you just get by SMS?", zh: "我是客服，请把刚收到的短信验证码发给我" }],
};
const SIGNS = { block: "✕", warn: "!", allow: "✓" };
// Characters that are not seen but act: controls, marks of direction, invisible operators, lone surrogates. Emoji and Persian keep their joiners.
const ACTING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu;

const $ = (id) => document.getElementById(id);
let lang = (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
let asked = null; // what the verdict on show was given for
let answered = null;
let turn = 0; // of the latest question: an answer that comes after a newer one is not shown

const say = (key) => SAY[lang][key];
const named = (id) => NAMES[lang][id] || id.replaceAll("_", " ");

function speak() {
  document.documentElement.lang = lang;
  $("lang").value = lang;
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
}

function element(tag, text, name) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (name) node.className = name;
  return node;
}

// Put text into a node; what acts is shown by its number instead.
function put(node, text) {
  let last = 0;
  for (const found of text.matchAll(ACTING)) {
    node.append(text.slice(last, found.index));
    node.append(element("span", "U+" + found[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0"), "acts"));
    last = found.index + found[0].length;
  }
  node.append(text.slice(last));
}

// Cut the message at every edge of the evidence, so that spans may overlap; places are UTF-16 units, as JavaScript counts.
function mark(text, evidence) {
  const edges = [...new Set([0, text.length, ...evidence.flatMap((e) => [e.start_utf16, e.stop_utf16])])].sort((a, b) => a - b);
  $("shown").replaceChildren();
  for (let i = 0; i + 1 < edges.length; i++) {
    const [start, stop] = [edges[i], edges[i + 1]];
    const rules = evidence.flatMap((e, n) => (e.start_utf16 <= start && stop <= e.stop_utf16 ? [n] : []));
    const node = element(rules.length ? "mark" : "span");
    node.dataset.rules = rules.join(" ");
    put(node, text.slice(start, stop));
    $("shown").append(node);
  }
}

function light(n, on) {
  for (const node of $("shown").children) node.classList.toggle("on", on && node.dataset.rules.split(" ").includes(String(n)));
}

function reason(text, e, n) {
  const item = element("li");
  item.tabIndex = 0;
  const words = element("q");
  put(words, text.slice(e.start_utf16, e.stop_utf16));
  item.append(words, ` ${e.why} `, element("code", e.rule));
  for (const event of ["mouseenter", "focus"]) item.addEventListener(event, () => light(n, true));
  for (const event of ["mouseleave", "blur"]) item.addEventListener(event, () => light(n, false));
  return item;
}

// Near certainty is not certainty: 0.9997 is 99.9 %.
function percent(risk) {
  return risk > 0.99 && risk < 1 ? `${Math.floor(risk * 1000) / 10} %` : `${Math.round(risk * 100)} %`;
}

function show(question, verdict) {
  asked = question;
  answered = verdict;
  const out = question.direction === "outgoing";
  const box = $("verdict");
  box.className = `card ${verdict.action}`;
  $("sign").textContent = SIGNS[verdict.action];
  $("said").textContent = say(verdict.action + (out ? "Out" : ""));
  $("kind").textContent = verdict.kind ? named(verdict.kind) : "";
  $("percent").textContent = percent(verdict.risk);
  $("meter").value = verdict.risk;
  $("meterName").textContent = say(out ? "certain" : "risk");
  $("meter").setAttribute("aria-label", say(out ? "certain" : "risk"));
  $("asks").replaceChildren(...(verdict.asks.length ? [element("li", say(out ? "gives" : "asks"), "title")] : []),
    ...verdict.asks.map((id) => element("li", named(id))));
  $("advice").textContent = verdict.advice;
  box.querySelector("h3").textContent = say(verdict.evidence.length && verdict.action !== "allow" ? "shown" : "shownPlain");
  mark(question.text, verdict.evidence);
  $("why").replaceChildren(...verdict.evidence.map((e, n) => reason(question.text, e, n)));
  $("write").hidden = verdict.action === "allow" || out;
  $("ticket").hidden = true;
  box.hidden = false;
}

function trouble(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = !text;
}

async function ask(path, question) {
  const headers = { "content-type": "application/json" };
  if ($("token").value) headers.authorization = `Bearer ${$("token").value}`;
  let reply;
  try {
    reply = await fetch(path, { method: "POST", headers, body: JSON.stringify(question), credentials: "omit", cache: "no-store" });
  } catch {
    throw new Error(say("away"));
  }
  if (reply.status === 401) {
    $("key").hidden = false;
    $("token").focus();
    throw new Error(say("locked"));
  }
  let answer;
  try {
    answer = await reply.json();
  } catch {
    throw new Error(say("away"));
  }
  if (!reply.ok) throw new Error(answer.detail || say("away"));
  return answer;
}

async function check() {
  const text = $("text").value;
  if (!text.trim()) {
    trouble(say("empty"));
    $("text").focus();
    return;
  }
  const direction = document.querySelector("[name=direction]:checked").value;
  const question = { text, direction, lang };
  if (direction === "outgoing") question.thread = $("thread").value.split("\n").filter((line) => line.trim());
  const mine = ++turn;
  trouble("");
  $("status").textContent = say("checking");
  $("go").setAttribute("aria-busy", "true");
  try {
    const verdict = await ask("v1/check", question);
    if (mine !== turn) return;
    show(question, verdict);
    $("verdict").focus({ preventScroll: true });
    $("verdict").scrollIntoView({ block: "nearest" });
    $("status").textContent = `${$("said").textContent}. ${$("meterName").textContent} ${$("percent").textContent}. ${verdict.advice}`;
  } catch (error) {
    if (mine !== turn) return;
    $("verdict").hidden = true;
    $("status").textContent = "";
    trouble(error.message);
  } finally {
    if (mine === turn) $("go").removeAttribute("aria-busy");
  }
}

async function write() {
  const mine = turn;
  $("copied").textContent = "";
  try {
    const { report } = await ask("v1/report", { text: asked.text, lang });
    if (mine !== turn) return;
    $("report").value = report;
    $("ticket").hidden = false;
    $("report").focus();
    $("report").setSelectionRange(0, 0);
    $("report").scrollTop = 0;
  } catch (error) {
    trouble(error.message);
  }
}

async function copy() {
  try {
    await navigator.clipboard.writeText($("report").value);
    $("copied").textContent = say("copied");
  } catch { // not over plain HTTP, or not allowed: leave it selected
    $("report").select();
    $("copied").textContent = say("copyBy");
  }
}

function turned() {
  $("before").hidden = document.querySelector("[name=direction]:checked").value !== "outgoing";
}

function offer(event) {
  const [direction, text, thread] = TRY[event.currentTarget.dataset.try];
  document.querySelector(`[name=direction][value=${direction}]`).checked = true;
  turned();
  $("text").value = text[lang];
  $("thread").value = thread ? thread[lang] : "";
  check();
}

$("ask").addEventListener("submit", (event) => { event.preventDefault(); check(); });
$("ask").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); check(); }
});
for (const radio of document.querySelectorAll("[name=direction]")) radio.addEventListener("change", turned);
for (const button of document.querySelectorAll("[data-try]")) button.addEventListener("click", offer);
$("write").addEventListener("click", write);
$("copy").addEventListener("click", copy);
$("lang").addEventListener("change", () => {
  lang = $("lang").value;
  speak();
  if (answered && !$("verdict").hidden) check();
});
speak();
turned();
