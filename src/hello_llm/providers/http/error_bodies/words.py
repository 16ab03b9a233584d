"""Classifies an error by its words and codes.

Servers agree on few codes and on no wording. These patterns come from the error messages of OpenAI,
Azure, Anthropic, Bedrock, Gemini, Mistral, Cohere, Groq, xAI, DeepSeek, Moonshot, DashScope, Zhipu,
MiniMax, Baidu, Cerebras, OpenRouter, vLLM, TGI, SGLang, llama.cpp, LM Studio and Ollama.
"""

import re
from collections.abc import Iterable
from enum import Enum, auto
from functools import cache


class Sign(Enum):
    """A cause that the words or codes of an error indicate."""

    QUOTA = auto()
    """The quota or the balance is used up."""
    RATE = auto()
    """There are too many requests or tokens in too short a time."""
    OVERLOAD = auto()
    """The server is overloaded."""
    CONTEXT = auto()
    """The prompt is larger than the model's context."""
    FILTER = auto()
    """A content filter stopped the request."""
    API_KEY = auto()
    """The error says that the key is at fault."""
    ACCESS = auto()
    """The caller is unknown, or not allowed to do this."""
    STREAM = auto()
    """The server does not stream this model's answers, or not for this account."""
    MODEL = auto()
    """The model does not exist."""
    TIMEOUT = auto()
    """The server timed out waiting for another server."""
    UNAVAILABLE = auto()
    """The server cannot answer at the moment."""
    REQUEST = auto()
    """The server considers the request invalid."""


_SPAN = r"[^.\n]{0,80}?"
_TOO = r"(too (long|large|big|many)|exceed|longer|larger|greater|more than|over\b|above)"
_PROMPT = r"(prompt|input|message|conversation|query|text|sequence|context|history)"
_KEY = r"(api|access|auth\w*|secret|bearer)[ -]?(key|token|credential)s?"
_CLAUSE = r"[^.;\n]{0,80}?"
_FIELD = r"(param|value|field|argument)\w*"
_STREAM = r"(?<!non[- ])\bstream(ed|ing|s)?\b"
_WRONG = r"(invalid|incorrect|wrong|missing|expired|revoked|disabled|malformed|required|error)"

_PATTERNS: dict[Sign, tuple[str, ...]] = {
    Sign.QUOTA: (
        r"insufficient \w* ?(quota|balance|credit|fund)",
        r"balance (is )?(too low|not)",
        r"(out of|no|not enough) credits",
        r"billing (hard )?(limit|not active|error)",
        r"arrearage|payment required",
        r"(余额|额度)(不足|已用完)|欠费",
    ),
    Sign.RATE: (
        r"\b(tokens?|requests?|queries|calls) ?(per|/|a) ?(second|sec|minute|min|hour|day)\b",
        r"(?-i:\b[TRQ]P[SMHD]\b)",
        r"rate[ -]?limit|rate quota|too many requests|throttl|slow down",
        r"quota (limit )?(was |is |has been )?(exceed|exhaust|reach|used)",
        r"exceed\w*( \w+){0,4} quota",
        r"(request|concurren\w*|usage|call|frequency|qps|hourly|daily|weekly|monthly) limit",
        r"\b(key|rate|spend\w*) limit (was |is )?(exceed|reach)",
        rf"concurren(t|cy)\b{_SPAN}(limit|exceed|too many|max|reach)",
        rf"(limit|max\w*|reached){_SPAN}concurren",
        r"too many tokens.{0,20}(wait|per\b|a day)",
        r"resource (has been )?exhausted",
        r"(requests? )?too (frequent|fast)",
        r"限流|限速|速率|频率|频繁|并发|请求过(多|快)|调用次数",
        r"超(出|过).{0,8}配额|配额.{0,4}(超|用完|耗尽)",
    ),
    Sign.OVERLOAD: (
        r"overload|at (full )?capacity|\bbusy|high (load|demand|traffic)",
        r"繁忙|过载",
    ),
    Sign.CONTEXT: (
        r"context[ -]?(length|window|size|limit)|context.{0,12}overflow",
        rf"\b{_PROMPT}s?\b{_SPAN}\btoo (long|large|big)",
        r"too (long|large|big) for (\w+ ){0,2}model",
        rf"\b({_PROMPT}|request|total)s?\b{_SPAN}token{_SPAN}({_TOO}|maximum|limit|allowed)",
        rf"tokens?\b{_SPAN}{_TOO}{_SPAN}(max|limit|allowed|context|model)",
        rf"exceed\w*{_SPAN}(token limit|limit of [\d,]+|(number of|max\w*) tokens)",
        rf"exceed\w*{_SPAN}max\w* (input|prompt)",
        rf"\b({_PROMPT}|model)s?\b{_SPAN}(length|size)\b{_SPAN}({_TOO}|maximum|limit)",
        rf"\b({_PROMPT}|model)s?\b{_SPAN}(length|size)\b{_SPAN}(should|must) be",
        rf"\b(length|size|number)\b{_SPAN}\b{_PROMPT}s?\b{_SPAN}{_TOO}",
        rf"{_TOO} than{_SPAN}(model|allow)",
        rf"\b({_PROMPT}|request)s?\b{_SPAN}(supports? (only |up to )|only supports)",
        rf"\b({_PROMPT}|request)s?\b{_SPAN}(can handle|at most)",
        rf"{_PROMPT}s? (exceed|longer|larger){_SPAN}(length|max|limit|size)",
        r"reduce the (length|size|number of tokens)",
        r"(shorter|shorten \w+) (prompt|input|message)",
        r"too many (input |prompt )?tokens(?!.{0,20}(wait|per\b|a day))",
        r"inputs.{0,30} tokens|length is [\d,]+ while (the )?limit",
        r"expected max ?length|string above max length",
        r"max(imum)?[ -](input|prompt|context|model|seq\w*)[ -](len|size|token)",
        r"(输入|上下文|对话|消息|prompt|文本|内容|tokens?).{0,16}(过长|超长|太长|超(过|出|限))",
        r"超(过|出).{0,16}(长度|上下文|tokens?)",
    ),
    Sign.FILTER: (
        r"content (filter|management|policy|moderation)|policy violation|safety system",
        r"data inspection|(input|prompt|content|text)\b.{0,40}(sensitive|inappropriate|unsafe)",
        r"(input|prompt|content|text)\b.{0,40}(flagged|violat)",
        r"敏感|不安全|违规",
    ),
    Sign.API_KEY: (
        rf"({_WRONG}|bad|unknown|illegal|no|not)( \w+)? {_KEY}",
        rf"{_KEY}\b.{{0,40}}\b({_WRONG}|not (be )?(valid|found))",
        rf"(n.t|not) (provide|include)\w* (a |an |any |your )?{_KEY}",
        r"(密钥|令牌|api.?key|token).{0,8}(无效|错误|不正确|过期|不存在)",
    ),
    Sign.ACCESS: (
        r"unauthori[sz]ed|unauthenticated|forbidden|permission( denied| error)|access denied",
        r"authenti\w+\b.{0,30}(fail|error|required|invalid)|auth\w* fail|login fail|\bno ?auth",
        r"(invalid|expired|wrong) (token|credential)s?\b|signature|secret key",
        r"not (authori[sz]ed|permitted|allowed to)|no permission|unrecognized client",
        r"(token|key|account)s? (is |are |has been )(unusable|unknown|rejected|refused|revoked)",
        r"(token|key|account)s? (is |are |has been )(suspended|disabled|blocked|deactivated)",
        r"(鉴权|认证|验证)失败|未授权|无权限|没有权限",
    ),
    Sign.STREAM: (
        rf"{_STREAM}{_CLAUSE}(not|n.t|un)[ -]?((yet|be) )*(support|allow|available|enabled)",
        rf"{_STREAM}\W{{0,3}}(must|should|has to|needs to) be (set to )?(false|omitted|unset|off)",
        rf"(not|n.t) (yet )?(support|allow|permit|available)\w*{_CLAUSE}{_STREAM}",
        rf"(cannot|can.t|n.t|not|unable to) (be )?{_STREAM}",
        rf"(unsupported|unknown|unrecognized) (\w+ ){{0,2}}{_FIELD}( supplied)?\W{{0,4}}{_STREAM}",
        rf"verified to {_STREAM}|(disable|without) {_STREAM}",
    ),
    Sign.MODEL: (
        rf"model\b{_SPAN}(not found|not exist|n.t exist|unknown|not available)",
        r"(no such|unknown|invalid|unrecognized|unsupported) model",
        r"模型.{0,12}(不存在|未找到|无效)",
    ),
    Sign.TIMEOUT: (r"timed? ?out|deadline exceeded|超时",),
    Sign.UNAVAILABLE: (
        r"unavailable|not ready|(is|still|model) loading|try again (later|in)|maintenance",
    ),
    Sign.REQUEST: (
        r"(invalid|bad|malformed|missing|illegal) (request|param|argument|value|input|field)",
        r"(invalid|missing) (body|format|required)|validation|field required",
        r"not supported|unsupported|\bnot found\b|method not allowed|参数",
    ),
}

_OUTPUT = (
    r"max[_ ]\w*?tokens?\W{0,3}(\w*\d*\W{0,2})?(is |are |value )?too (large|big|high)",
    r"max[_ ]\w*?tokens?\W{0,3}(\w*\d*\W{0,2})?(must|should|cannot|can't|may not|has to)",
    r"max[_ ]\w*?tokens?\W{0,3}(\w*\d*\W{0,2})?(is |are |value )?(above|larger|greater|exceed)",
    r"max[_ ]\w*?tokens?\W{0,3}([\d,]+ )?(> ?[\d,]+|specified)",
    r"(invalid|range of|value (for|of)|maximum) `?max_\w*?tokens",
    r"(at most|maximum|up to|limit)( \S+){0,4} (completion|output|generated|new) tokens",
    r"(completion|output) tokens?\W.{0,40}(exceed|limit|maximum)",
)
"""The requested limit of the answer is too large: a matter of ``--max-tokens``, not the prompt."""

_BOTH = (
    r"(input|prompt|message)\w*`?.{0,30}(and|\+|plus).{0,4}max_\w*tokens|in the (messages|prompt)",
    r"max\w*tokens`?.{0,20}(\+|plus|and).{0,12}(input|prompt|message)",
)
"""The prompt and the answer together are too large."""

_OTHER_FIELD = (r"invalid '(?!input|messages?|prompt|contents?)\w",)
"""A field that is too long, but is not the prompt."""

_HOPELESS = (
    r"request too large|must be reduced|reduce (your|the) (message|prompt|input|request)",
    r"larger than .{0,40}limit",
)
_ASKED = (r"limit:? ([\d,]+)\b.{0,60}?requested:? ([\d,]+)",)


def signs_in(words: str, codes: Iterable[str] = ()) -> frozenset[Sign]:
    """Classify an error by its `words` and `codes`."""
    text = "\n".join([words.replace("_", " "), *map(_spaced, codes)])
    found = {sign for sign, patterns in _PATTERNS.items() if _search(patterns, text)}
    if _search(_OTHER_FIELD, words) or (_search(_OUTPUT, words) and not _search(_BOTH, words)):
        found -= {Sign.CONTEXT}
        found |= {Sign.REQUEST}
    return frozenset(found)


def never_fits(words: str) -> bool:
    """Return whether `words` report a rate limit that this request exceeds by itself."""
    asked = _search(_ASKED, words)
    if asked:
        limit, requested = (int("0" + number.replace(",", "")) for number in asked.groups())
        return requested > limit
    return bool(_search(_HOPELESS, words))


def _search(patterns: tuple[str, ...], text: str) -> re.Match[str] | None:
    return _compiled(patterns).search(text)


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Compile `patterns` on first use, since it takes a while and only errors need it."""
    return re.compile("|".join(patterns), re.IGNORECASE)


def _spaced(code: str) -> str:
    """Split a code into words, so that ``InvalidApiKey`` and ``invalid_api_key`` match alike."""
    return re.sub(r"[\W_]+|(?<=[a-z\d])(?=[A-Z])", " ", code)
