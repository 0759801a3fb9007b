"""What trainers, staff and admins see of people and courses: reads only, returns frozen rows.

Whether the asker may see it is decided before: a trainer's course by `course_of_trainer`, all else by
the role a page demands.
"""

from elearn.records.desk.courses import (
    CourseLine,
    MediaLine,
    QuizLine,
    ReleaseLine,
    TrainerLine,
    all_courses,
    course_of_trainer,
    courses_of_trainer,
    media_of,
    quiz_in,
    quizzes_of,
    releases_of,
    trainers_of_course,
)
from elearn.records.desk.people import (
    AttemptLine,
    CohortLine,
    EnrolmentLine,
    LearnerLine,
    MemberLine,
    MembershipLine,
    attempts_of_person,
    cohort_lines,
    courses_of_cohort,
    enrolment_in,
    enrolments_of,
    learners_of,
    members_of,
    membership_in,
    memberships_of,
    person,
)
from elearn.records.desk.trail import TrailLine, trail

__all__ = [
    "AttemptLine",
    "CohortLine",
    "CourseLine",
    "EnrolmentLine",
    "LearnerLine",
    "MediaLine",
    "MemberLine",
    "MembershipLine",
    "QuizLine",
    "ReleaseLine",
    "TrailLine",
    "TrainerLine",
    "all_courses",
    "attempts_of_person",
    "cohort_lines",
    "course_of_trainer",
    "courses_of_cohort",
    "courses_of_trainer",
    "enrolment_in",
    "enrolments_of",
    "learners_of",
    "media_of",
    "members_of",
    "membership_in",
    "memberships_of",
    "person",
    "quiz_in",
    "quizzes_of",
    "releases_of",
    "trail",
    "trainers_of_course",
]
