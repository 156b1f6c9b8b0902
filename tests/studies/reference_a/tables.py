"""codes.csv and units.csv of the clinical reference: the rows of these criteria, each code and each factor."""

# concept: its LOINC codes
LABORATORY = {
    "ana": "8061-4 42254-3 47383-5", "ana_titer": "5048-4 29953-7", "ana_pattern": "14611-8", "anti_dsdna": "31348-6 5130-0 11013-0 32677-7 33800-4",
    "anti_sm": "11090-8 5356-1 43182-5 31627-3", "acl_igg": "3181-5", "acl_igm": "3182-3", "anti_b2gp1_igg": "44448-9 16135-6", "anti_b2gp1_igm": "44449-7 16136-4",
    "lupus_anticoagulant": "3281-3", "lupus_anticoagulant_screen": "34571-0", "c3": "4485-9", "c4": "4498-2", "ch50": "4532-8", "le_cells": "13507-9",
    "wbc": "6690-2 26464-8 804-5", "lymphocytes": "731-0 26474-7 732-8", "platelets": "777-3 26515-7 778-1", "hemoglobin": "718-7",
    "reticulocytes": "60474-4 14196-0", "reticulocytes_pct": "4679-7", "haptoglobin": "4542-7", "ldh": "2532-0", "bilirubin_indirect": "1971-1 14630-8", "dat": "1007-4 55776-9",
    "upcr": "2890-2 34366-5 13801-6 40486-3", "protein_24h": "2889-4", "protein_24h_concentration": "21482-5", "protein_urine": "2888-6", "uacr": "9318-7 14585-4",
    "protein_dipstick": "20454-5 5804-0 57735-3 2887-8", "urine_rbc_hpf": "13945-1 46419-8", "urine_wbc_hpf": "5821-4 46702-7", "urine_rbc_vol": "798-9 30391-7", "urine_wbc_vol": "51487-7 30405-5",
    "cast_rbc": "5807-3", "cast_granular": "5793-5 33225-4", "cast_hyaline": "5796-8 33223-9", "cast_wbc": "5820-6", "cast_mixed_cellular": "38995-7", "cast_epithelial": "5786-9", "cast_any": "9842-6",
    "body_temperature": "8310-5 8328-7 8331-1 8332-9 8333-7", "rpr": "20507-0", "vdrl": "5292-8", "treponemal_ab": "22587-0", "slicc_damage_panel": "64392-4",
}  # fmt: skip

# concept: canonical unit, lowest and highest plausible number
PLAUSIBLE = {
    "wbc": ("10*9/L", "0.05", "500"), "lymphocytes": ("10*9/L", "0", "300"), "platelets": ("10*9/L", "1", "3000"), "hemoglobin": ("g/L", "20", "250"),
    "c3": ("g/L", "0.02", "4"), "c4": ("g/L", "0.005", "2"), "protein_24h": ("g/(24.h)", "0", "40"), "upcr": ("g/g{creat}", "0", "40"), "body_temperature": ("Cel", "30", "44"),
    "urine_rbc_hpf": ("/[HPF]", "0", "10000"), "urine_wbc_hpf": ("/[HPF]", "0", "10000"), "urine_rbc_vol": ("/uL", "0", "100000"), "urine_wbc_vol": ("/uL", "0", "100000"),
    "ldh": ("U/L", "0", "20000"), "bilirubin_indirect": ("umol/L", "0", "1000"), "haptoglobin": ("g/L", "0", "10"), "ch50": ("U/mL", "0", "500"),
    "reticulocytes": ("10*9/L", "0", "1000"), "reticulocytes_pct": ("%", "0", "50"), "anti_dsdna": ("[IU]/mL", "0", "10000"), "anti_sm": ("[arb'U]/mL", "0", "10000"),
    "acl_igg": ("[GPL'U]/mL", "0", "10000"), "acl_igm": ("[MPL'U]/mL", "0", "10000"), "anti_b2gp1_igg": ("[arb'U]/mL", "0", "10000"), "anti_b2gp1_igm": ("[arb'U]/mL", "0", "10000"),
    "ana_titer": ("{titer}", "1", "1000000"), "uacr": ("mg/g{creat}", "0", "40000"), "protein_urine": ("g/L", "0", "100"), "protein_24h_concentration": ("g/L", "0", "100"),
    "cast_rbc": ("/[LPF]", "0", "1000"), "cast_granular": ("/[LPF]", "0", "1000"), "cast_hyaline": ("/[LPF]", "0", "1000"), "sledai.total": ("{score}", "0", "105"),
}  # fmt: skip

# concept, number, unit as it is written, what it is in the canonical unit (None: not converted, not in the table)
CONVERTED = (
    ("wbc", "2900", "/mm3", "2.9"), ("wbc", "2900", "/uL", "2.9"), ("wbc", "2.9", "10*3/uL", "2.9"), ("wbc", "2.9", "10^9/L", "2.9"), ("wbc", "2.9", "G/L", "2.9"), ("lymphocytes", "900", "/uL", "0.9"),
    ("platelets", "90000", "/uL", "90"), ("platelets", "90", "10^9/L", "90"), ("hemoglobin", "9", "g/dL", "90"), ("c3", "52", "mg/dL", "0.52"), ("c3", "520", "mg/L", "0.52"), ("c4", "5", "mg/dL", "0.05"), ("c4", "50", "mg/L", "0.05"),
    ("protein_24h", "520", "mg/(24.h)", "0.52"), ("protein_24h", "520", "mg/24h", "0.52"), ("protein_24h", "0.52", "g/24h", "0.52"), ("protein_24h", "0.52", "g/L", None), ("protein_24h", "52", "mg/dL", None),
    ("upcr", "520", "mg/g{creat}", "0.52"), ("upcr", "520", "mg/g", "0.52"), ("upcr", "50", "mg/mmol{creat}", "0.442"), ("upcr", "50", "mg/mmol", "0.442"), ("upcr", "50", "g/mol", "0.442"), ("upcr", "0.52", "mg/mg{creat}", "0.52"), ("upcr", "0.52", "g/g", "0.52"), ("upcr", "0.5", "g/L", None),
    ("urine_rbc_hpf", "50", "/uL", None), ("urine_wbc_hpf", "50", "/uL", None), ("urine_rbc_hpf", "5", "/HPF", "5"), ("body_temperature", "101.3", "[degF]", "38.5"), ("body_temperature", "38.5", "℃", "38.5"),
    ("ldh", "5", "ukat/L", "300"), ("bilirubin_indirect", "2", "mg/dL", "34.2"), ("haptoglobin", "20", "mg/dL", "0.2"), ("reticulocytes", "90000", "/uL", "90"), ("reticulocytes", "2", "%", None), ("lymphocytes", "20", "%", None),
    ("uacr", "10", "mg/mmol{creat}", "88.4"), ("protein_urine", "30", "mg/dL", "0.3"), ("protein_24h_concentration", "0.1", "g/dL", "1"), ("cast_rbc", "2", "/LPF", "2"), ("acl_igg", "50", "GPL/mL", "50"), ("acl_igm", "50", "MPL/mL", "50"),
)  # fmt: skip

# concept, unit: a scale of its own, judged by the report's own limit and never converted
OWN_SCALE = (
    ("anti_dsdna", "U/mL"), ("anti_dsdna", "RU/mL"), ("anti_dsdna", "index"), ("anti_dsdna", "AU/mL"), ("anti_dsdna", "%"), ("anti_dsdna", "{titer}"), ("anti_sm", "RU/mL"), ("anti_sm", "U/mL"),
    ("acl_igg", "RU/mL"), ("acl_igg", "CU"), ("acl_igg", "U/mL"), ("acl_igm", "RU/mL"), ("acl_igm", "AU/mL"), ("anti_b2gp1_igg", "RU/mL"), ("anti_b2gp1_igm", "U/mL"), ("ana", "RU/mL"),
)  # fmt: skip
