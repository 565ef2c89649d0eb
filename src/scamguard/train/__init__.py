"""Training: the only place where scikit-learn, pandas and joblib are used."""
