from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "project"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from project.sign_in import forgive_attempts

        user_logged_in.connect(forgive_attempts, dispatch_uid="forgive_attempts")
