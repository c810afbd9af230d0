"""Short forms of given names: facts of English usage, and of a few other languages that the data sets know."""

from __future__ import annotations

from functools import cache

from people.names.folding import VARIANTS

#: A full name, then the forms that stand for it. One form may stand for several names.
_TABLE = """
abraham abe
adelaide addie
albert al bert bertie
alan al
alberto beto
alexander alex sandy alec xander al sasha
alexandra alex sandy sasha
alfred al fred alf
alvin al
andrew andy drew
ann annie nan
anthony tony
antonio tony
arnold arnie
arthur art artie
barbara barb babs
bartholomew bart
benedict ben
benjamin ben benny
benigno ninoy
bernard bernie
bradley brad
calvin cal
catherine cathy kate katie kathy kit kitty kay
charles charlie chuck chas chip
charlotte lottie
christian chris
christina chris tina
christine chris tina
christopher chris kit topher
clarence clay
clifford cliff
clifton cliff
cornelius neil con
curtis curt
cynthia cindy
cyrus cy
dafydd dai
daniel dan danny
danforth dan
david dave davy
deborah deb debbie
dennis denny
donald don donnie
dorothy dot dottie
douglas doug
dwight ike
edgar ed
edmund ed ned ted eddie
edward ed ned ted eddie teddy
edwin ed eddie
eleanor ellie nell
elizabeth liz beth betty bess lizzie eliza libby
ellsworth bunker
elmer el
emanuel manny
emily em
ernest ernie
eugene gene
evelyn evie
felicia fel
florence flo
frances fran
francis frank fran
francisco paco pancho
franklin frank
frederick fred freddie fritz
gabriel gabe
garret gary
gerald gerry jerry
gerard gerry jerry
gilbert gil
grigory grisha
gregory greg
harold harry hal
harrison harry
helen nell
henrietta hattie
henry hank harry hal
herbert herb bert
horace hod
howard howie
hubert bert
ignacio nacho
isaac ike
jacob jake
jacqueline jackie
james jim jimmy jamie jem
jane janie
janet jan
jeanne jeannie
jeffrey jeff
jefferson jeff
jennifer jen jenny
jeremiah jerry
jerome jerry
jesse jess
joan joanie
john jack johnny jock
jonathan jon
jose pepe
joseph joe joey
joshua josh
judith judy
julian jules
katherine kate kathy katie kay kit
kenneth ken kenny
lawrence larry lars
leonard len lenny leo
leonid lyonya
leonardo leo
leopold leo
leslie les
lewis lew lou
lillian lil
lincoln linc
louis lou
louise lou
lucius lou
luther lu
madeleine maddy
malcolm mal
manuel manolo
margaret maggie meg peggy marge margie greta
maria mia
martha patty
martin marty
mary molly polly mamie
matthew matt
maurice maury
maxwell max
maximilian max
melvin mel
michael mike mick mickey
mikhail misha
mildred millie
milton milt
mitchell mitch
morris moe
morton mort
nancy nan
nathan nat nate
nathaniel nat nate
nicholas nick
nikolai kolya
norman norm
oliver ollie
olivia liv
oscar ossie
owen winnie
pamela pam
patricia pat patty tricia
patrick pat paddy
paul paulie
peter pete
philip phil pip
phineas phin
pyotr petya
rafael rafa
ralph rafe
randolph randy
randall randy
raymond ray
rebecca becky
reginald reg reggie
reuben rube
richard dick rick rich ricky dickie
robert bob bobby rob bert robbie
roderick rod
rodney rod
rodham rod
roger rog
roland rollie
ronald ron ronnie
rosalynn rose
rudolph rudy
russell russ
rutherford rud
samuel sam sammy
sandra sandy
sarah sally sadie
sidney sid
silvester sly
solomon sol
spencer spence
spiro ted
stanley stan
stephen steve
susan sue susie
terence terry
theodore ted teddy theo
theresa terry tess
thomas tom tommy
timothy tim
ursula ulla
valentine val
victoria vicky
victor vic
vincent vince vinny
virginia ginny
vladimir volodya vova
walter walt wally
warren ren
wilbur will
wilhelm willi
willem wim
willard will
william bill will billy willie liam
winfield win
winston winnie
woodrow woody
zachary zach
"""

_FULL_NAMES: dict[str, frozenset[str]] = {}
for _line in _TABLE.split("\n"):
    _full, *_forms = _line.split() or [""]
    for _form in _forms:
        _FULL_NAMES[_form] = _FULL_NAMES.get(_form, frozenset()) | {_full}


@cache
def full_names(word: str) -> frozenset[str]:
    """Return the names that a folded word may be short for; itself when none."""
    return _FULL_NAMES.get(word, frozenset()) | {word}


@cache
def one_may_be_short_for_the_other(one: str, other: str) -> bool:
    """Whether two different folded given names may be one: `bill` and `william`, `bill` and `will`."""
    return not _every_spelling(one).isdisjoint(_every_spelling(other))


@cache
def _every_spelling(word: str) -> frozenset[str]:
    names = full_names(word)
    return names | {VARIANTS.get(name, name) for name in names}
