"""Everything held about one person, as they may take it home: plain values for JSON, with Indonesian keys.

What a result page would not show is not here either: the key of a quiz only as far as the quiz allows.
Nothing of anybody else is here: who acted is told as "petugas", not by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.content.compiler import text_of
from elearn.content.presentation import present, show_answer
from elearn.records.accounts.models import Consent, OneTimeCode, User, UserRegency, UserSession
from elearn.records.accounts.regencies import regency_name
from elearn.records.attempts.answers import from_stored, item_ids_of, quiz_of
from elearn.records.attempts.models import Attempt, EssayMark, ExtraAttempt, Grade, Response
from elearn.records.attempts.results import ItemResultView, readable, result_view
from elearn.records.attempts.views import place_of
from elearn.records.audit.models import AuditEvent, AuditPersonal
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Course, CourseTrainer, Module, Release
from elearn.records.certificates.models import Certificate
from elearn.records.certificates.queries import certificates_of, state_of
from elearn.records.certificates.serials import show_serial
from elearn.records.cohorts.models import Cohort, CohortMembership
from elearn.records.completions.models import CourseCompletion, ModuleCompletion
from elearn.records.enrolments.models import Enrolment, ModuleOpening, ModuleRead, Tick
from elearn.records.inquiries import queries as inquiries
from elearn.records.notices.models import Notice
from elearn.records.privacy.queries import requests_of

Values = dict[str, Any]


def held_about(session: Session, user: User, *, today: date, now: datetime) -> Values:
    """Return everything held about *user*."""
    return {
        "dibuat_pada": _moment(now),
        "akun": _account(user),
        "tempat_usaha": _regencies(session, user),
        "persetujuan": _consents(session, user),
        "perangkat": _devices(session, user),
        "kode_sekali_pakai": _codes(session, user),
        "angkatan": _cohorts(session, user),
        "kursus": [_course(session, one, now) for one in _enrolments(session, user)],
        "kursus_yang_dilatih": _trained(session, user),
        "sertifikat": [_certificate(one, today) for one in certificates_of(session, user.id)],
        "pertanyaan": _inquiries(session, user),
        "jawaban_atas_pertanyaan_orang_lain": _replies(session, user),
        "pemberitahuan": _notices(session, user),
        "permintaan_penghapusan": _requests(session, user),
        "catatan_tindakan_atas_akun": _trail(session, user),
    }


def certificate_file(certificate: Certificate) -> str:
    """Return what the PDF of a certificate is called beside the data."""
    return f"sertifikat-{certificate.serial}.pdf"


def _account(user: User) -> Values:
    return {
        "nama": user.name,
        "nomor_hp": user.phone,
        "email": user.email,
        "nama_pengguna": user.username,
        "nomor_yang_bisa_dihubungi": user.contact_phone,
        "bahasa": user.language,
        "punya_kata_sandi": user.password_hash is not None,
        "peran": sorted(role.role for role in user.roles),
        "dibuat_pada": _moment(user.created_at),
        "nama_dipastikan_pada": _moment(user.name_confirmed_at),
        "dinonaktifkan_pada": _moment(user.disabled_at),
        "dihapus_pada": _moment(user.erased_at),
    }


def _regencies(session: Session, user: User) -> list[Values]:
    rows = select(UserRegency).where(UserRegency.user_id == user.id).order_by(UserRegency.id)
    return [
        {
            "kode": row.regency,
            "nama": regency_name(row.regency),
            "sejak": row.since_on.isoformat(),
            "dicatat_pada": _moment(row.recorded_at),
            "dicatat_oleh": _who(row.recorded_by, user),
        }
        for row in session.scalars(rows)
    ]


def _consents(session: Session, user: User) -> list[Values]:
    rows = select(Consent).where(Consent.user_id == user.id).order_by(Consent.id)
    return [
        {"versi_naskah": row.text_version, "pada": _moment(row.given_at)} for row in session.scalars(rows)
    ]


def _devices(session: Session, user: User) -> list[Values]:
    rows = select(UserSession).where(UserSession.user_id == user.id).order_by(UserSession.id)
    return [
        {
            "perangkat": row.device,
            "masuk_pada": _moment(row.created_at),
            "terakhir_dipakai": _moment(row.last_seen_at),
            "keluar_pada": _moment(row.ended_at),
        }
        for row in session.scalars(rows)
    ]


def _codes(session: Session, user: User) -> list[Values]:
    rows = select(OneTimeCode).where(OneTimeCode.user_id == user.id).order_by(OneTimeCode.id)
    return [
        {
            "jenis": row.kind,
            "dibuat_pada": _moment(row.created_at),
            "dibuat_oleh": _who(row.created_by, user),
            "berlaku_sampai": _moment(row.expires_at),
            "dipakai_pada": _moment(row.used_at),
        }
        for row in session.scalars(rows)
    ]


def _cohorts(session: Session, user: User) -> list[Values]:
    rows = session.execute(
        select(CohortMembership, Cohort.name)
        .join(Cohort, Cohort.id == CohortMembership.cohort_id)
        .where(CohortMembership.user_id == user.id)
        .order_by(CohortMembership.id)
    )
    return [
        {
            "angkatan": name,
            "sejak": row.joined_on.isoformat(),
            "sampai": None if row.left_on is None else row.left_on.isoformat(),
        }
        for row, name in rows
    ]


def _enrolments(session: Session, user: User) -> list[Enrolment]:
    found = select(Enrolment).where(Enrolment.user_id == user.id).order_by(Enrolment.id)
    return list(session.scalars(found))


def _course(session: Session, enrolment: Enrolment, now: datetime) -> Values:
    course = session.get_one(Course, enrolment.course_id)
    release = session.get(Release, course.live_release_id or 0)
    names = _module_names(session, course)
    mine = {"enrolment_id": enrolment.id}
    completion = session.scalar(select(CourseCompletion).filter_by(**mine))
    return {
        "kursus": course.slug if release is None else release.title,
        "alamat": f"/kursus/{course.slug}",
        "ikut_pada": _moment(enrolment.enrolled_at),
        "disisihkan_pada": _moment(enrolment.put_aside_at),
        "terakhir_belajar": _moment(enrolment.last_activity_at),
        "wajib_selesai": f"{enrolment.required_done}/{enrolment.required_count}",
        "nilai_pretes": _share(enrolment.pretest_score),
        "nilai_postes": _share(enrolment.posttest_score),
        "selesai_pada": None if completion is None else _moment(completion.completed_at),
        "kenaikan_nilai": None if completion is None else _share(completion.gain),
        "dibuka": [
            {"modul": names[row.module_id], "terakhir_pada": _moment(row.opened_at)}
            for row in session.scalars(select(ModuleOpening).filter_by(**mine))
        ],
        "dibaca": [
            {"modul": names[row.module_id], "pada": _moment(row.read_at)}
            for row in session.scalars(select(ModuleRead).filter_by(**mine))
        ],
        "modul_selesai": [
            {"modul": names[row.module_id], "pada": _moment(row.completed_at), "alasan": row.reason}
            for row in session.scalars(select(ModuleCompletion).filter_by(**mine))
        ],
        "centang_daftar_periksa": [
            {"baris": row.item_id, "sejak": _moment(row.since)}
            for row in session.scalars(select(Tick).filter_by(**mine))
        ],
        "percobaan_tambahan": [
            {"modul": names[row.module_id], "alasan": row.reason, "pada": _moment(row.granted_at)}
            for row in session.scalars(select(ExtraAttempt).filter_by(**mine))
        ],
        "percobaan_kuis": [
            _attempt(session, attempt, names[attempt.module_id], now)
            for attempt in session.scalars(select(Attempt).filter_by(**mine).order_by(Attempt.id))
        ],
    }


def _module_names(session: Session, course: Course) -> dict[int, str]:
    names = {row.id: row.slug for row in session.scalars(select(Module).filter_by(course_id=course.id))}
    if course.live_release_id is not None:
        view = catalogue.release_view(session, course.live_release_id)
        names |= {module.module_id: module.title for module in view.modules}
    return names


def _attempt(session: Session, attempt: Attempt, module: str, now: datetime) -> Values:
    grades = select(Grade).where(Grade.attempt_id == attempt.id).order_by(Grade.id)
    marks = select(EssayMark).where(EssayMark.attempt_id == attempt.id).order_by(EssayMark.id)
    return {
        "modul": module,
        "percobaan_ke": attempt.number,
        "mulai": _moment(attempt.started_at),
        "batas_waktu": _moment(attempt.deadline),
        "dikirim": _moment(attempt.handed_in_at),
        "penilaian": [
            {
                "pada": _moment(row.graded_at),
                "alasan": row.reason,
                "hasil": row.outcome,
                "nilai": _share(row.score),
                "lulus": row.passed,
            }
            for row in session.scalars(grades)
        ],
        "penilaian_esai": [
            {
                "soal": row.item_id,
                "poin": _points(row.points),
                "catatan": row.word,
                "pada": _moment(row.marked_at),
            }
            for row in session.scalars(marks)
        ],
        "soal": _questions(session, attempt, now),
    }


def _questions(session: Session, attempt: Attempt, now: datetime) -> list[Values]:
    """Return the questions of an attempt with every answer that was saved, and the result if it has one."""
    quiz = quiz_of(session, attempt)
    compiled = catalogue.compiled_module(session, place_of(session, attempt).digest)
    results: Mapping[str, ItemResultView] = {}
    if attempt.handed_in_at is not None:
        results = {view.asked.id: view for view in result_view(session, attempt, now).items}
    found = []
    for item_id in item_ids_of(session, attempt):
        item = quiz.item(item_id)
        asked = present(item, compiled.items[item_id], seed=attempt.seed, quiz_shuffles=quiz.shuffle_choices)
        saved = (
            select(Response)
            .where(Response.attempt_id == attempt.id, Response.item_id == item_id)
            .order_by(Response.number)
        )
        values: Values = {
            "soal": text_of(asked.prompt_html),
            "jawaban_tersimpan": [
                {
                    "nomor": row.number,
                    "pada": _moment(row.given_at),
                    "jawaban": [
                        text_of(html)
                        for html in readable(
                            asked, show_answer(item, from_stored(row.answer), seed=attempt.seed)
                        )
                    ],
                }
                for row in session.scalars(saved)
            ],
        }
        if item_id in results:
            values |= _result(results[item_id])
        found.append(values)
    return found


def _result(view: ItemResultView) -> Values:
    return {
        "tepat": view.right,
        "poin": _points(view.points),
        "poin_paling_banyak": _points(view.max_points),
        "umpan_balik": [text_of(html) for html in view.feedback_html],
        **({"kunci": text_of(view.key_html)} if view.key_html else {}),
        **({"pembahasan": text_of(view.explanation_html)} if view.explanation_html else {}),
    }


def _trained(session: Session, user: User) -> list[str]:
    found = select(Course.slug).join(CourseTrainer, CourseTrainer.course_id == Course.id)
    return list(session.scalars(found.where(CourseTrainer.user_id == user.id).order_by(Course.slug)))


def _certificate(certificate: Certificate, today: date) -> Values:
    return {
        "nomor": certificate.number,
        "kode_cek": show_serial(certificate.serial),
        "alamat": certificate.verification_url,
        "berkas": certificate_file(certificate),
        "keadaan": str(state_of(certificate, today)),
        "nama_tercetak": certificate.holder_name,
        "kursus": certificate.course_title,
        "jam_pelajaran": certificate.hours,
        "modul": json.loads(certificate.modules),
        "nilai": _share(certificate.score),
        "penerbit": certificate.organisation,
        "penanda_tangan": certificate.signer,
        "jabatan": certificate.signer_title,
        "tempat": certificate.place,
        "terbit": certificate.issued_on.isoformat(),
        "berlaku_sampai": None if certificate.valid_until is None else certificate.valid_until.isoformat(),
        "kejadian": [
            {"jenis": event.kind, "pada": _moment(event.at), "alasan": event.reason}
            for event in certificate.events
        ],
    }


def _inquiries(session: Session, user: User) -> list[Values]:
    """Return what somebody asked, with the answers they got, whoever gave them."""
    return [
        {
            "pertanyaan": one.text,
            "pada": _moment(one.asked_at),
            "pesan": [
                {
                    "dari": "saya" if reply.author_id == user.id else "pelatih atau petugas",
                    "isi": reply.text,
                    "pada": _moment(reply.at),
                    "ditampilkan": reply.visibility,
                }
                for reply in one.replies
            ],
        }
        for one in inquiries.of_person(session, user.id)
    ]


def _replies(session: Session, user: User) -> list[Values]:
    return [
        {"isi": reply.text, "pada": _moment(reply.at)}
        for reply in inquiries.replies_by(session, user.id)
        if reply.inquiry.user_id != user.id
    ]


def _notices(session: Session, user: User) -> list[Values]:
    rows = select(Notice).where(Notice.user_id == user.id).order_by(Notice.id)
    return [
        {"tentang": row.kind, "pada": _moment(row.created_at), "dilihat_pada": _moment(row.seen_at)}
        for row in session.scalars(rows)
    ]


def _requests(session: Session, user: User) -> list[Values]:
    return [
        {
            "diminta_pada": _moment(row.requested_at),
            "sertifikat_tetap_bisa_dicek": row.keep_certificates,
            "dibatalkan_pada": _moment(row.withdrawn_at),
            "dilaksanakan_pada": _moment(row.done_at),
        }
        for row in requests_of(session, user.id)
    ]


def _trail(session: Session, user: User) -> list[Values]:
    rows = session.execute(
        select(AuditEvent, AuditPersonal.personal)
        .outerjoin(AuditPersonal, AuditPersonal.event_id == AuditEvent.id)
        .where(AuditEvent.subject_user_id == user.id)
        .order_by(AuditEvent.id)
    )
    return [
        {
            "pada": _moment(event.at),
            "tindakan": event.action,
            "oleh": _who(event.actor_id, user) if event.actor_id is not None else "sistem",
            "sebelum": json.loads(event.before) | private.get("before", {}),
            "sesudah": json.loads(event.after) | private.get("after", {}),
            "alasan": private.get("reason", event.reason),
        }
        for event, private in ((event, _private(personal)) for event, personal in rows)
    ]


def _private(personal: str | None) -> Values:
    return json.loads(personal) if personal else {}


def _who(user_id: int | None, user: User) -> str:
    return "saya" if user_id in {None, user.id} else "petugas"


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds")


def _share(value: int | None) -> float | None:
    """Return a share in ten-thousandths as a percentage."""
    return None if value is None else value / 100


def _points(value: int | None) -> float | None:
    return None if value is None else value / 10_000
