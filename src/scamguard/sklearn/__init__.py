"""scamguard for scikit-learn: the features for anybody's pipeline, and a classifier fitted on one's own rows.

    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from scamguard.sklearn import ScamClassifier, ScamFeatures

    make_pipeline(ScamFeatures(), LogisticRegression()).fit(texts, labels)
    ScamClassifier().fit(texts, labels).export("my-model")  # scamguard.load("my-model") gives the same risks to the bit

Needs ``pip install 'scamguard[train]'``.
"""

from __future__ import annotations

from .classifier import ScamClassifier
from .features import ScamFeatures

__all__ = ["ScamClassifier", "ScamFeatures"]
