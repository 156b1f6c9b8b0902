"""What the generator knows of each test: codes, units with their factors, the limits to stand beside, a usual value.

Codes and units are those of the clinical reference's codes.csv and units.csv; the limits are where some score decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

MILLI = Decimal("0.001")
MEASURED = {  # concept: LOINC codes, units with their factor to the first, limits, a usual value, report range
    "wbc": (
        "6690-2 26464-8 804-5",
        {"10*9/L": Decimal(1), "/uL": MILLI, "10*3/uL": Decimal(1)},
        "3.0 4.0",
        "6.1",
        (3.5, 9.5),
    ),
    "lymphocytes": ("731-0 26474-7", {"10*9/L": Decimal(1), "/uL": MILLI}, "1.5", "1.9", (1.1, 3.2)),
    "platelets": ("777-3 26515-7 778-1", {"10*9/L": Decimal(1), "/uL": MILLI}, "100", "210", (125, 350)),
    "body_temperature": ("8310-5 8328-7 8331-1", {"Cel": Decimal(1), "[degF]": Decimal(0)}, "38.0 38.3", "36.7", None),
    "protein_24h": ("2889-4", {"g/(24.h)": Decimal(1), "mg/(24.h)": MILLI}, "0.5 1.0", "0.12", None),
    "upcr": (
        "2890-2 34366-5 13801-6",
        {
            "g/g{creat}": Decimal(1),
            "mg/g{creat}": MILLI,
            "mg/mmol{creat}": Decimal("0.00884"),
            "mg/mg{creat}": Decimal(1),
        },
        "0.5 1.0",
        "0.11",
        None,
    ),
    "urine_rbc_hpf": ("13945-1 46419-8", {"/[HPF]": Decimal(1)}, "5", "2", None),
    "urine_wbc_hpf": ("5821-4 46702-7", {"/[HPF]": Decimal(1)}, "5", "1", None),
    "cast_rbc": ("5807-3", {"/[LPF]": Decimal(1)}, "0", "0", None),
    "cast_granular": ("5793-5", {"/[LPF]": Decimal(1)}, "0", "0", None),
    "cast_mixed_cellular": ("38995-7", {"/[LPF]": Decimal(1)}, "0", "0", None),
    "cast_any": ("9842-6", {"/[LPF]": Decimal(1)}, "0", "0", None),
    "cast_hyaline": ("5796-8", {"/[LPF]": Decimal(1)}, "0", "3", None),
    "c3": ("4485-9", {"g/L": Decimal(1), "mg/dL": Decimal("0.01"), "mg/L": MILLI}, "0.79", "1.05", ("0.79", "1.52")),
    "c4": ("4498-2", {"g/L": Decimal(1), "mg/dL": Decimal("0.01"), "mg/L": MILLI}, "0.10", "0.22", ("0.10", "0.40")),
    "ch50": ("4532-8", {"U/mL": Decimal(1)}, "23", "40", ("23", "46")),
    "anti_dsdna": ("5130-0 32677-7", {"[IU]/mL": Decimal(1)}, "100", "12", (None, "100")),
    "anti_sm": ("11090-8", {"[arb'U]/mL": Decimal(1)}, "20", "3", (None, "20")),
    "acl_igg": ("3181-5", {"[GPL'U]/mL": Decimal(1)}, "12 40", "3", (None, "12")),
    "acl_igm": ("3182-3", {"[MPL'U]/mL": Decimal(1)}, "12 40", "3", (None, "12")),
    "anti_b2gp1_igg": ("44448-9", {"[arb'U]/mL": Decimal(1)}, "20", "3", (None, "20")),
    "anti_b2gp1_igm": ("44449-7", {"[arb'U]/mL": Decimal(1)}, "20", "3", (None, "20")),
    "ldh": ("2532-0", {"U/L": Decimal(1)}, "250", "180", ("120", "250")),
    "haptoglobin": ("4542-7", {"g/L": Decimal(1), "mg/dL": Decimal("0.01")}, "0.30", "1.1", ("0.30", "2.00")),
    "bilirubin_indirect": ("14630-8", {"umol/L": Decimal(1)}, "17", "9", ("0", "17")),
    "reticulocytes": ("60474-4 14196-0", {"10*9/L": Decimal(1)}, "84", "50", ("24", "84")),
    "creatinine": ("14682-9 35203-9", {"umol/L": Decimal(1), "mg/dL": Decimal("88.4")}, "221 180", "62", None),
    "egfr": ("98979-8 62238-1 69405-9", {"mL/min/{1.73_m2}": Decimal(1)}, "30 60", "96", None),
}
WORDED = {  # concept: LOINC codes of tests that report words
    "ana": "8061-4 42254-3",
    "anti_dsdna": "31348-6",
    "anti_sm": "31627-3 5356-1",
    "lupus_anticoagulant": "3281-3",
    "dat": "1007-4 55776-9",
    "anti_b2gp1_igg": "44448-9",
    "acl_igg": "3181-5",
    "acl_igm": "3182-3",
    "rpr": "20507-0",
    "vdrl": "5292-8",
    "treponemal_ab": "22587-0",
}
DIPSTICK = "20454-5 57735-3 2887-8"
BEYOND = {  # just outside what units.csv takes for possible
    "wbc": "0.04 501",
    "platelets": "0 3001",
    "body_temperature": "29.9 44.1",
    "upcr": "40.1",
    "c3": "0.01 4.1",
    "c4": "2.1",
    "creatinine": "9 3001",
    "egfr": "251",
}
ANA_TITER = "5048-4 29953-7"
ONE_SEX = {"female": "50044-7", "male": "70969-1"}
BLACK_RACE = "88293-6 48643-1"


@dataclass(frozen=True)
class Analyte:
    """One row of MEASURED, read."""

    codes: tuple[str, ...]
    units: dict[str, Decimal]
    limits: tuple[Decimal, ...]
    usual: Decimal
    low: Decimal | None
    high: Decimal | None


def _read(codes, units, limits, usual, report) -> Analyte:
    low, high = (None if end is None else Decimal(str(end)) for end in report or (None, None))
    return Analyte(
        tuple(codes.split()), units, tuple(Decimal(one) for one in limits.split()), Decimal(usual), low, high
    )


ANALYTES = {concept: _read(*row) for concept, row in MEASURED.items()}
SLEDAI = [
    "seizure",
    "psychosis",
    "organic_brain_syndrome",
    "visual_disturbance",
    "cranial_nerve",
    "lupus_headache",
    "cva",
    "vasculitis",
    "arthritis",
    "myositis",
    "rash",
    "alopecia",
    "mucosal_ulcers",
    "pleurisy",
    "pericarditis",
]
SLEDAI_MEASURED = [
    "urinary_casts",
    "hematuria",
    "proteinuria",
    "pyuria",
    "low_complement",
    "increased_dna_binding",
    "fever",
    "thrombocytopenia",
    "leukopenia",
]
EULAR = [
    "delirium",
    "psychosis",
    "seizure",
    "nonscarring_alopecia",
    "oral_ulcers",
    "subacute_cutaneous_or_discoid",
    "acute_cutaneous_lupus",
    "pleural_or_pericardial_effusion",
    "acute_pericarditis",
    "joint_involvement",
    "autoimmune_hemolysis",
    "ln_class_ii_or_v",
    "ln_class_iii_or_iv",
]
EULAR_MEASURED = ["fever", "leukopenia", "thrombocytopenia", "proteinuria", "antiphospholipid", "anti_dsdna", "anti_sm"]
ACR97 = [
    "malar_rash",
    "discoid_rash",
    "photosensitivity",
    "oral_ulcers",
    "arthritis",
    "serositis",
    "neurologic",
    "hemolytic_anemia",
]
DIAGNOSES = {
    "aiha": "413603009",
    "ln_class_i": "73286009",
    "ln_class_ii": "4676006",
    "ln_class_iii": "76521009",
    "ln_class_iv": "36402006",
    "ln_class_v": "52042003",
    "ln_class_vi": "11013005",
    "seizure": "91175000",
    "psychosis": "69322001",
    "pericarditis": "3238004",
    "arthritis": "3723001",
    "sle": "55464009",
}
INFECTION = "68566005"
