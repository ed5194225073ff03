from django.urls import path

from schema.views import GraphQLView

urlpatterns = [path("graphql/", GraphQLView.as_view(), name="graphql")]
