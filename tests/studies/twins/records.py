"""A case becomes the twin that a Chinese hospital would send: its own codes, or no codes and Chinese texts alone."""

import copy
from random import Random
from typing import Any

from adapter.facts.coding.codes import Codes
from tests.robustness import ward
from tests.studies.twins.results import WIDE, local_result, worded_result
from tests.studies.twins.site import FORM, HIS, LIS, PHARMACY, RESULT, Site

Resource = dict[str, Any]

LOCAL, TEXT, BOTH = "local", "text", "both"
DOSES = ("", "片", " 5mg", "（甲类）")
CODES: Codes = ward.screen().context.codes


class Rewriter:
    """Rewrites cases in one way; what it does not understand it leaves as it is."""

    def __init__(self, way: str, site: Site, random: Random) -> None:
        self.way, self.site, self.random = way, site, random

    def twin(self, resources: tuple[Resource, ...]) -> list[Resource]:
        """Return the same patient in the hospital's own records."""
        twins = []
        for original in copy.deepcopy(resources):
            kind = original["resourceType"]
            if kind == "Observation":
                self._observation(original)
            elif kind in {"Condition", "Procedure"}:
                self._concept(original["code"], kind.casefold(), HIS)
            elif kind in {"AllergyIntolerance", "Medication"}:
                self._drug(original["code"])
            elif kind == "QuestionnaireResponse":
                self._form(original)
            elif "medicationCodeableConcept" in original:
                self._drug(original["medicationCodeableConcept"])
                self._reasons(original)
                twins += self._apart(original)
            twins.append(original)
        return twins

    def _observation(self, observation: Resource) -> None:
        for part in [observation, *observation.get("component", [])]:
            matches = CODES.concepts(part["code"].get("coding", []), part["code"].get("text"), kind="observation")
            if not matches:
                continue
            (concept,) = {match.concept for match in matches}
            unit = ""
            if self.way == LOCAL:
                unit = local_result(part, concept, self.site, self.random)
            elif self.way == TEXT:
                worded_result(part, concept, self.random)
            self._concept(part["code"], "observation", LIS, unit)

    def _concept(self, code: Resource, kind: str, system: str, unit: str = "") -> None:
        concepts = tuple(match.concept for match in CODES.concepts(code.get("coding", []), code.get("text"), kind=kind))
        if not concepts:
            # What means nothing to us is to mean nothing in the hospital's words either.
            code |= {"text": f"{code['text']}（外院）"} if "text" in code else {}
            return
        if self.way == TEXT:
            self._replace(code, {"text": self._varied(self.site.text(concepts))})
        else:
            local = {"system": system, "code": self.site.code(system, concepts, unit=unit)}
            kept = code.get("coding", []) if self.way == BOTH else []
            self._replace(code, {"coding": [local, *kept], "text": "检验项目" if system == LIS else "诊断"})

    def _varied(self, text: str) -> str:
        """Write a name as other wards do: in full width, with a mark before it, with other brackets, in a hurry."""
        ways = (text, text.translate(WIDE), f"*{text}", f"{text}（急）", text.replace("（", " [").replace("）", "]"))
        return self.random.choice((text, *ways))

    def _drug(self, code: Resource) -> None:
        coded = CODES.concepts(code.get("coding", []), None, kind="drug")
        if not coded:
            return
        drugs = tuple(dict.fromkeys(match.drug for match in coded))
        name = code.get("text") or ward.screen().study.names[drugs[0]].zh + self.random.choice(DOSES)
        if self.way == TEXT:
            self._replace(code, {"text": name})
        else:
            local = {"system": PHARMACY, "code": self.site.drug(PHARMACY, drugs), "display": name}
            kept = code.get("coding", []) if self.way == BOTH else []
            self._replace(code, {"coding": [local, *kept], "text": name})

    def _reasons(self, record: Resource) -> None:
        for reason in record.get("statusReason", []):
            if reason.get("coding") and self.way == LOCAL:
                word = reason["coding"][0]["code"]
                reason["coding"] = [{"system": RESULT, "code": self.site.value("attest.prior_therapy_response", word)}]
                reason.pop("text", None)
            elif self.way == TEXT:
                reason.pop("coding", None)

    def _apart(self, record: Resource) -> list[Resource]:
        """Name the drug by reference now and then: to a resource of its own, or to one inside."""
        where = self.random.choice(("inline", "own", "inside"))
        if where == "inline":
            return []
        name = f"{record['id']}-drug"
        drug = {"resourceType": "Medication", "id": name, "code": record.pop("medicationCodeableConcept")}
        if where == "inside":
            record["contained"] = [drug]
            record["medicationReference"] = {"reference": f"#{name}"}
            return []
        record["medicationReference"] = {"reference": f"Medication/{name}"}
        return [drug]

    def _form(self, form: Resource) -> None:
        asked = form["questionnaire"]
        items = form["item"]
        for item in items:
            matches = CODES.concepts([{"system": asked, "code": item["linkId"]}], None, kind="observation")
            if matches:
                (concept,) = {match.concept for match in matches}
                item["linkId"] = self.site.code(FORM, (concept,))
                item["text"] = self.site.text((concept,))
                for answer in item.get("answer", []):
                    self._answer(answer, concept)
        form["questionnaire"] = f"{FORM}|2.1"
        half = len(items) // 2
        group = {"linkId": "sec0", "item": [{"linkId": "sec0.1", "item": items[:half]}]}
        form["item"] = [group, *items[half:]]

    def _answer(self, answer: Resource, concept: str) -> None:
        part = {"valueCodeableConcept": {"coding": [answer.pop("valueCoding")]}} if "valueCoding" in answer else answer
        if self.way == LOCAL:
            local_result(part, concept, self.site, self.random)
        else:
            worded_result(part, concept, self.random)
        if part is not answer:
            value = part.pop("valueCodeableConcept", None)
            coding = value["coding"][0] if value and "coding" in value else None
            answer |= {"valueCoding": coding} if coding else {"valueString": value["text"]} if value else part
        elif value := part.pop("valueCodeableConcept", None):
            coded = value.get("coding")
            answer |= {"valueCoding": coded[0]} if coded else {"valueString": value["text"]}

    @staticmethod
    def _replace(code: Resource, new: Resource) -> None:
        code.clear()
        code |= new
