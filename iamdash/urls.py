"""Every address of iamdash, by noun."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
