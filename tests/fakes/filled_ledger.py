"""The ledger's workbook as a steward would fill it in, from what a platform tells."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from openpyxl import Workbook, load_workbook

from bot.model.case import Case, Project
from bot.services.platform_port import Platform
from connectors.platforms.demo import SampleEnterprise


def fill_in(file: Path, platform: Platform, enterprises: Iterable[SampleEnterprise]) -> None:
    """Writes into the empty template at `file`."""
    book = load_workbook(file)
    for enterprise in enterprises:
        for project in platform.projects_of(enterprise.credit_code):
            _project(book, project, enterprise)
            materials = platform.received_materials(project)
            for case in platform.cases(project):
                _case(book, case)
                own = (material for material in materials if material.case_no == case.case_no)
                for material in own:
                    book["已收材料"].append([case.case_no, material.name])
    book.save(file)


def _project(book: Workbook, project: Project, enterprise: SampleEnterprise) -> None:
    who = [enterprise.name, enterprise.credit_code]
    book["项目"].append([project.code, project.name, *who, project.kind, project.place])
    for work in project.works:
        if work.code != project.code:
            book["工程"].append([project.code, work.code, work.name, work.region])


def _case(book: Workbook, case: Case) -> None:
    work = case.work_code if case.work_code != case.project_code else None
    told = [case.matter_name, case.department, case.limit_days, case.group_no]
    book["办件"].append([case.case_no, case.project_code, work, *told])
    begun = {procedure.started_at: procedure.name for procedure in case.special_procedures}
    for step in case.steps:
        procedure = begun.get(step.at) if step.code == "9" else None
        at = f"{step.at:%Y-%m-%d %H:%M:%S}"
        row = [case.case_no, at, step.label, step.office, step.opinion, procedure]
        book["办理记录"].append(row)
    for found in case.documents:
        until = "长期" if found.unlimited else found.valid_to
        row = [case.case_no, found.title, found.number, found.issued_on, until]
        book["批复文件"].append(row)
