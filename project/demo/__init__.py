"""A software forge that sends notifications: 21 events, four backends, three groups, four users."""
