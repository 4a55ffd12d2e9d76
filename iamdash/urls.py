"""Every address of iamdash, by noun."""

from django.urls import URLPattern, path

from iamdash.views import frame, sign_in

urlpatterns: list[URLPattern] = [
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("theme", frame.theme, name="theme"),
]
