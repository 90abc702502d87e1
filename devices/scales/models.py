"""The scales we can read, as a table: line settings, language, dialects, how they are asked, which weight counts.

Nothing is ever found out by trying: a bench names its model, its dialect and its port.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from devices.readings import Fault
from devices.scales import a_and_d, adam, cas, hid_pos, mt_sics, nci, ohaus, toledo
from devices.scales.acceptance import FACTORY_RULE, AcceptanceRule
from devices.scales.frames import Codec
from devices.scales.hidraw import open_reports
from devices.scales.line import Polling, ScaleSession
from devices.serial_port import LineSettings, open_port
from devices.worker import Session


@dataclass(frozen=True, slots=True)
class ScaleModel:
    """One kind of scale.

    `line` has the maker's settings and no port yet; a HID scale has none. `codec` takes the device's name and the
    dialect. Where `dialects` are listed a bench must name one. `zero_after_removal` is False where an empty platform
    is never said; what then makes room for the next weight is its `rule`.
    """

    id: str
    title: str
    connection: Literal["serial", "hid"]
    codec: Callable[[str, str], Codec]
    polling: Polling
    line: LineSettings | None = None
    dialects: tuple[str, ...] = ()
    rule: AcceptanceRule = FACTORY_RULE
    zero_after_removal: bool = True


EIGHT_BITS = LineSettings("", 9600)
SEVEN_BITS_EVEN = LineSettings("", 9600, 7, "E")

_TABLE = (
    ScaleModel(
        "mt-sics",
        "Mettler-Toledo MT-SICS",
        "serial",
        lambda device, _: mt_sics.codec(device),
        Polling(mt_sics.REQUEST),
        EIGHT_BITS,
    ),
    ScaleModel(
        "toledo-8217",
        "Mettler-Toledo 8217",
        "serial",
        toledo.codec_8217,
        Polling(toledo.REQUEST, interval_s=0.15),
        SEVEN_BITS_EVEN,
        dialects=toledo.UNITS_8217,
    ),
    ScaleModel(
        "nci",
        "NCI, Weigh-Tronix, ECR",
        "serial",
        nci.codec,
        Polling(nci.REQUEST, interval_s=0.15),
        SEVEN_BITS_EVEN,
        dialects=("diva-ecr", "nci-7800"),
    ),
    ScaleModel(
        "brecknell",
        "Brecknell, Adam MDW",
        "serial",
        nci.codec,
        Polling(nci.REQUEST, interval_s=0.15),
        EIGHT_BITS,
        dialects=("scp-12", "sbi", "nci-7800"),
    ),
    ScaleModel(
        "brecknell-8213",
        "Brecknell 3700LP (8213)",
        "serial",
        toledo.codec_8213,
        Polling(toledo.REQUEST, interval_s=0.15),
        EIGHT_BITS,
        dialects=toledo.UNITS_8213,
    ),
    ScaleModel(
        "a-and-d",
        "A&D",
        "serial",
        lambda device, _: a_and_d.codec(device),
        Polling(a_and_d.REQUEST, interval_s=0.2),
        LineSettings("", 2400, 7, "E"),
    ),
    ScaleModel(
        "cas-22",
        "CAS, 22 bytes",
        "serial",
        lambda device, _: cas.codec_22(device),
        Polling(answer_s=1.0),
        EIGHT_BITS,
    ),
    ScaleModel(
        "cas-sw2",
        "CAS SW-II",
        "serial",
        lambda device, _: cas.codec_sw2(device),
        Polling(cas.SW2_REQUEST, interval_s=0.15),
        EIGHT_BITS,
    ),
    ScaleModel(
        "ohaus",
        "Ohaus",
        "serial",
        lambda device, _: ohaus.codec(device, "line"),
        Polling(ohaus.LINE_REQUEST, interval_s=0.2),
        EIGHT_BITS,
    ),
    ScaleModel(
        "ohaus-ranger",
        "Ohaus Ranger",
        "serial",
        lambda device, _: ohaus.codec(device, "ranger"),
        Polling(ohaus.RANGER_REQUEST, interval_s=0.2),
        EIGHT_BITS,
    ),
    # It beeps when asked for a weight it has given, and says nothing when the platform is cleared: so it is not
    # asked, and each label a person prints is one weighing. The scale prints a weight once and must go
    # back to zero before it prints another, so the pause after a label is what arms for the next.
    ScaleModel(
        "adam-azextra",
        "Adam AZextra",
        "serial",
        lambda device, _: adam.codec_azextra(device),
        Polling(answer_s=0.5, misses=1, silence_is_rest=True),
        LineSettings("", 4800),
        rule=AcceptanceRule(frames=1, silence_arms=True),
        zero_after_removal=False,
    ),
    # It does not say whether it is still: eight equal answers, or equal ones for two seconds, are.
    ScaleModel(
        "adam-cpwplus",
        "Adam CPWplus",
        "serial",
        lambda device, _: adam.codec_cpwplus(device),
        Polling(adam.CPWPLUS_REQUEST, interval_s=0.2),
        EIGHT_BITS,
        rule=AcceptanceRule(frames=8, settle_s=2.0),
    ),
    # The first report may be of what lay there before; three equal ones are not.
    ScaleModel(
        "hid-pos",
        "USB (Dymo, Stamps.com, Fairbanks)",
        "hid",
        lambda device, _: hid_pos.HidPos(device),
        Polling(answer_s=1.0, nonsense=Fault.garbled),
    ),
)
MODELS: Mapping[str, ScaleModel] = {model.id: model for model in _TABLE}


def named(model: str) -> ScaleModel:
    """The model with that id; ValueError, with all that are known, when there is none."""
    if model not in MODELS:
        raise ValueError(f"there is no scale model {model!r}; known are: {', '.join(MODELS)}")
    return MODELS[model]


def session(
    model: ScaleModel,
    device: str,
    port: str,
    dialect: str = "",
    baud: int | None = None,
    data_bits: int | None = None,
    parity: str | None = None,
    stop_bits: int | None = None,
) -> Session:
    """A session for a Worker; what is not given is as the maker ships it, and a HID scale has none of it.

    `port` is a device path (by-id) or URL, for a HID scale its hidraw path. Raises ValueError for a dialect the model
    does not have, and for none where it has some.
    """
    if dialect not in (model.dialects or ("",)):
        known = ", ".join(model.dialects) or "none"
        given = repr(dialect) if dialect else "no dialect"
        raise ValueError(f"scale model {model.id}: {given} was given; its dialects are: {known}")
    codec = partial(_codec, model, dialect)
    if model.line is None:
        return ScaleSession(device, partial(open_reports, port), codec, model.polling, model.rule)
    line = replace(
        model.line,
        port=port,
        baud=baud or model.line.baud,
        data_bits=data_bits or model.line.data_bits,
        parity=parity or model.line.parity,
        stop_bits=stop_bits or model.line.stop_bits,
    )
    return ScaleSession(device, partial(open_port, line), codec, model.polling, model.rule)


def _codec(model: ScaleModel, dialect: str, device: str) -> Codec:
    return model.codec(device, dialect)
