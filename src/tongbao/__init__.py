"""Tongbao (通宝): fully backed, provable reward points for shops and malls."""

__version__ = "0.1.0"
