"""Sentences to train the demo checkpoint on: patterns of the interview domain, and word salad.

The sentences of the demo interviews themselves are never drawn on purpose; salad keeps the decoder from guessing.
"""

from __future__ import annotations

import random
import re
from functools import cache

FIRST_NAMES = (
    "Sarah Daniel Amina Helen Tom Grace Priya Peter Anna Joan Omar Adam Ruth Lucy David Martin James Sofia Yusuf "
    "Maria Fatima John Emma Laura Simon Rachel Kate Leila Mark Nina"
).split()
SURNAMES = (
    "Whitfield Hughes Khan Moore Kelly Nair Marsh Novak Bell Said Cole Ward Shaw Price Reed Demir Patel Smith Brown "
    "Green Walker Young Ahmed Taylor"
).split()
PLACES = (
    "Leeds Bradford Preston Salford Rochdale Bolton Halifax Oldham Manchester York Sheffield Burnley London Hull Wigan"
).split()
ORGANISATIONS = (
    "Riverside Medical Centre|Calder Valley NHS Foundation Trust|Northbridge Talking Therapies|Park Lane Surgery|"
    "Pennine Resilience Hub|Airedale Hospital|Willow Ward|Oakwood Medical Centre|Moorside Surgery|"
    "Riverside NHS Foundation Trust|Bolton Hospital|Valley Resilience Hub|Oak Ward|Leeds Talking Therapies"
).split("|")
DIGITS = "oh one two three four five six seven eight nine zero".split()
LETTERS = tuple("BCDEFGHJKLMNOPRSTVWY")
COUNTS = "one two three four five six seven eight nine ten twelve twenty thirty both some many".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
PEOPLE = (
    "patient|nurse|doctor|therapist|practitioner|manager|supervisor|colleague|friend|teacher|interpreter|woman|man|"
    "person|father|mother|daughter|son|client|student|researcher|participant|young person|partner"
).split("|")
PLURALS = (
    "patients|nurses|doctors|therapists|managers|colleagues|people|young people|practitioners|clients|staff|friends|"
    "children|families|women|men|interpreters|supervisors|teams|partners"
).split("|")
THINGS = (
    "training|work|diary|homework|paper|phone|form|letter|email|plan|question|answer|meeting|session|group|team|hub|"
    "room|service|hospital|surgery|ward|centre|list|job|day|week|month|year|hour|call|walk|garden|tea|cup of tea|bag|"
    "home|town|community|university|language|culture|faith|family|mood|anxiety|pain|fear|sleep|life|money|time|help|"
    "heart|body|mind|condition|diabetes|burden|interview|recording|example|change|problem|idea|story|voice|name|"
    "number|postcode|address|computer|booklet|course|practice|support|trust|step|goal|task"
).split("|")
THINGS_MANY = (
    "tasks|sessions|forms|letters|questions|calls|rooms|stairs|lungs|wards|languages|nights|hours|days|weeks|months|"
    "years|notes|goals|steps|stories|emails|meetings|problems|ideas|examples|answers|names|things|booklets"
).split("|")
ADJECTIVES = (
    "good|bad|hard|easy|small|long|short|quiet|old|new|tired|worried|alone|happy|empty|low|different|helpful|kind|"
    "fine|open|wrong|right|better|worse|longer|clear|busy|important|difficult|safe|angry|sad|useful|sure|ready"
).split("|")
ADVERBS = (
    "always|still|slowly|together|well|often|never|sometimes|today|again|now|really|quite|only|just|every day|"
    "every week|at home|at work|at first|last week|last month|before|after|enough|too|away|maybe|already|yesterday"
).split("|")
VERBS = (
    "ask|talk|listen|learn|write|read|work|help|call|think|know|plan|use|find|change|share|teach|practise|count|trust|"
    "start|stop|stay|sleep|forget|record|guess|live|leave|build|make|give|go|come|see|hear|feel|need|want|like|say|"
    "tell|climb|clean|fit|try|wait|meet|speak|understand|remember"
).split("|")
PAST = (
    "asked|talked|listened|learned|wrote|worked|helped|called|thought|knew|planned|used|found|changed|shared|told|"
    "started|stopped|stayed|felt|needed|wanted|said|gave|went|came|saw|made|got|left|took|saved|did|was|looked|"
    "could not|did not|had|read|met|spoke|tried|waited|understood"
).split("|")
ING = (
    "asking|talking|saying|telling|sleeping|working|coming|listening|making|writing|going|thinking|doing|helping|"
    "learning|living|feeling|looking|calling|waiting"
).split("|")
FUNCTION = (
    "the a an and but so or if when before after because that this it there they we you he she I my your his her "
    "their our me him us them in on at of to for from with about between by as is are was were be been am do does "
    "did have has had can could would should will not no yes what who how why where which all one each other more "
    "most very much any everybody nobody somebody everything something nothing than then here out up down into "
    "front near part end sense both same true goodbye hello welcome morning afternoon please sorry thanks thank "
    "first second third both goes gets means like else such themselves myself away little lot psychological "
    "wellbeing another comes daily less look marriage once ones own role sees sheet sounds term thing works writes "
    "English NHS dot net double I'm I've it's that's don't we're they're didn't can't wasn't he's she's"
).split()
QUESTION_STARTS = (
    "Could you|Would you|Can you|Do you|Did you|How do you|How did you|What do you|Why did you|What would you|"
    "When do you|Where do you|How do they|What did they|Who did you"
).split("|")

TEMPLATES = (
    "I'm {P}, and I work as a {R} at {O} in {L}.",
    "My name is {P}.",
    "I'm {N} from {O}.",
    "I work with {N} at {O}.",
    "Her name is {P}, and she lives in {L}.",
    "His name was {P}, and he came from {L}.",
    "{N} told me about the {t} in {L}.",
    "My supervisor, {P}, {v_ed} the {t}.",
    "My colleague {N} {v_ed} with {Q}.",
    "The NHS number is {d10}.",
    "The number is {d10}.",
    "My number is {d11}.",
    "You can call me on {d11}.",
    "The postcode is {pc}.",
    "She lives at {pc}.",
    "It is {l} dot {s} at {org} dot NHS dot net.",
    "My email is {s} dot {s} at {org} dot net.",
    "That is {l}, {l}, {l}, {l}.",
    "I said, {d3}, {d3}, {d4}.",
    "{q} {v} about your {t}?",
    "{q} {v} the {t} {adv}?",
    "{q} {v} with {Q}?",
    "What is your {t} in the {t}?",
    "What was the {t} like for you?",
    "How did that {v} for you?",
    "Why was that {a}?",
    "Is there anything else?",
    "Could you tell me more about {N}?",
    "Could you give me an example of the {t}?",
    "What does {t} mean to you?",
    "Thank you for {g}, {N}.",
    "Thank you. That was {a}.",
    "Good {mtime}. Thank you for coming.",
    "Right. And what about the {t}?",
    "Mm. And then?",
    "Yes, of course.",
    "No, not {adv}.",
    "Okay. What happens when the {t} is {a}?",
    "I think it was {a}, and {a} too.",
    "I think that {Q} need {t}.",
    "It was a {a} {t}.",
    "There was a {R}, and she {v_ed} the {t}.",
    "When a {R} is {a}, the {t} gets worse.",
    "We {v} the {t} together, and then we {v}.",
    "They did not {v} the {t}.",
    "We had {c} {ts} on {t} and {t}.",
    "I see {c} {Q} on {D}.",
    "After {c} {ts} she was {g} better.",
    "He {v_ed} it on {D}, and I {v_ed} it {adv}.",
    "The {t} is {a}, but the {t} is not.",
    "I {v_ed} the {R}, because nobody {v_ed}.",
    "Some {Q} {v}, and some {Q} {v}.",
    "It helps when you {v} {adv}.",
    "I felt {a}. I felt that {N} was {a}.",
    "For me it means that we {v}, and we do not {v}.",
    "I want to {v} the {t}, and to {v} with a {R}.",
    "She wants us to {v} down what {Q} did.",
    "I have been there for about {c} {ts}.",
    "The {R} from {L} {v_ed} the {t} to {N}.",
    "In {L} they have a {a} {t}.",
    "Do you {v} about it with {Q}?",
    "There was no {t} and no {t}.",
    "That is {a}.",
    "That makes sense to {Q}.",
    "You did not {v} about the {t}.",
    "If I {v} them, it stays at {t}.",
    "They asked me for my {t}.",
    "We need more {t}, and a {t} that is {a}.",
    "I use that {t} every {t}.",
    "One {R} could not {v} the {ts}.",
    "I was worried about {g} the {a} {t}.",
    "{N} and {N} {v} in {L}.",
    "{L} and {L} are {a}.",
    "Goodbye, {N}.",
    "{O} is near {L}.",
    "I called {O} about {P}.",
)


def sentence(rng: random.Random) -> str:
    """One sentence as written: 60 % from a pattern, 40 % salad, with a hesitation now and then."""
    return _salad(rng) if rng.random() < 0.4 else _hesitate(_from_template(rng), rng)


@cache
def vocabulary() -> tuple[str, ...]:
    """Every word a sentence can hold, in the case it has inside a sentence, sorted."""
    words: set[str] = {"um", "er", "mm", *FIRST_NAMES, *SURNAMES, *PLACES, *DIGITS, *LETTERS, *COUNTS, *DAYS, *FUNCTION}
    for phrases in (
        *(PEOPLE, PLURALS, THINGS, THINGS_MANY, ADJECTIVES, ADVERBS, VERBS, PAST, ING, ORGANISATIONS),
        QUESTION_STARTS,
    ):
        for phrase in phrases:
            words.update(phrase.split())
    for template in TEMPLATES:
        words.update(w for w in re.sub(r"\{\w+\}", " ", template).replace(".", " ").replace("?", " ").split())
    cleaned = {w.strip(",.?") for w in words} - {""}
    proper = {*FIRST_NAMES, *SURNAMES, *PLACES, *DAYS, *LETTERS, "I", "I'm", "I've", "NHS", "English"}
    proper |= {w for phrase in ORGANISATIONS for w in phrase.split()}
    return tuple(sorted({w if w in proper else w.lower() for w in cleaned}))


def _from_template(rng: random.Random) -> str:
    template = rng.choice(TEMPLATES)
    text = re.sub(r"\{(\w+)\}", lambda match: _fill(match.group(1), rng), template)
    return text[0].upper() + text[1:]


def _fill(slot: str, rng: random.Random) -> str:
    choices = {
        "N": FIRST_NAMES, "L": PLACES, "O": ORGANISATIONS, "R": PEOPLE, "Q": PLURALS, "t": THINGS,
        "ts": THINGS_MANY, "a": ADJECTIVES, "adv": ADVERBS, "v": VERBS, "v_ed": PAST, "g": ING, "c": COUNTS,
        "D": DAYS, "q": QUESTION_STARTS, "l": LETTERS, "mtime": ("morning", "afternoon"),
    }  # fmt: skip
    if slot in choices:
        return rng.choice(choices[slot])
    if slot == "P":
        return f"{rng.choice(FIRST_NAMES)} {rng.choice(SURNAMES)}"
    if slot == "s":
        return rng.choice(SURNAMES).lower()
    if slot == "org":
        return rng.choice(ORGANISATIONS).split()[0].lower()
    if slot == "pc":
        parts = [rng.choice(LETTERS) for _ in range(rng.choice((1, 2)))]
        parts += [rng.choice(DIGITS[1:10]) for _ in range(rng.choice((2, 3)))]
        return " ".join(parts + [rng.choice(LETTERS), rng.choice(LETTERS)])
    return _digits(int(slot[1:]), rng)


def _digits(count: int, rng: random.Random) -> str:
    words: list[str] = []
    while count > 0:
        if count > 1 and rng.random() < 0.15:
            words += ["double", rng.choice(DIGITS[:10])]
            count -= 2
        else:
            words.append(rng.choice(DIGITS))
            count -= 1
    return " ".join(words)


def _hesitate(text: str, rng: random.Random) -> str:
    if rng.random() < 0.12:
        first, _, rest = text.partition(" ")
        keeps_case = first.strip(",.?") in vocabulary()
        opener = rng.choice(("Um", "Er", "Well", "Yes", "Mm", "And", "No", "So"))
        text = f"{opener}, {first if keeps_case else first.lower()} {rest}".rstrip()
    if ", " in text and rng.random() < 0.15:
        text = text.replace(", ", f", {rng.choice(('um', 'er'))}, ", 1)
    return text


def _salad(rng: random.Random) -> str:
    count = rng.randint(2, 12)
    words = [rng.choice(vocabulary()) if rng.random() < 0.75 else rng.choice(FUNCTION) for _ in range(count)]
    words = [w + "," if i < count - 1 and rng.random() < 0.1 else w for i, w in enumerate(words)]
    words[0] = words[0][0].upper() + words[0][1:]
    return " ".join(words) + ("?" if rng.random() < 0.1 else ".")
