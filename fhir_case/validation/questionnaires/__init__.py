"""Questionnaires, and the responses to them (https://hl7.org/fhir/R4/questionnaire.html, …/questionnaireresponse.html)."""

from fhir_case.validation.questionnaires.questionnaire import check_questionnaire
from fhir_case.validation.questionnaires.response import check_response

__all__ = ["check_questionnaire", "check_response"]
