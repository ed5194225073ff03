from django.urls import path

from project.urls import urlpatterns as of_the_project
from tests.benchmarks import plain

urlpatterns = [
    *of_the_project,
    path("plain/", plain.by_itself),
    path("plain/resolver/", plain.by_resolver),
]
