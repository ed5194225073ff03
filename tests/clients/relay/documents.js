// Compiled by relay-compiler, never executed. `@refetchable` requires `node(id:)`.
import { graphql } from "relay-runtime";

graphql`
  query documentsCatalogueQuery {
    viewer {
      username
      groups {
        name
      }
    }
    notifications {
      name
      displayName
      description
      category
      permissions
      backends {
        name
      }
    }
    notification(name: "new_release") {
      displayName
    }
    backends {
      name
      displayName
      description
    }
  }
`;
graphql`
  query documentsOwnQuery {
    preferences {
      ...documents_matrix @relay(mask: false)
    }
  }
`;
graphql`
  query documentsPreferencesQuery($user: ID!) {
    preferences(user: $user) {
      ...documents_matrix @relay(mask: false)
    }
  }
`;
graphql`
  query documentsGroupPreferencesQuery($group: ID!) {
    groupPreferences(group: $group) {
      ...documents_groupMatrix @relay(mask: false)
    }
  }
`;
graphql`
  query documentsInboxQuery {
    inbox {
      edges {
        cursor
        node {
          ...documents_entry @relay(mask: false)
        }
      }
      pageInfo {
        startCursor
      }
      summary {
        id
        unreadCount
      }
    }
  }
`;
graphql`
  query documentsDeliveriesQuery($notification: String!) {
    deliveries(notification: $notification, state: SENT) {
      nodes {
        username
        recipient {
          username
        }
        backend {
          name
        }
        state
        decidedBy
        groupNames
        updatedAt
      }
    }
  }
`;
// The compiler validates connections by Relay's specification.
graphql`
  fragment documents_inbox on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" })
  @refetchable(queryName: "documentsInboxPageQuery") {
    inbox(first: $first, after: $after) @connection(key: "documents_inbox") {
      edges {
        node {
          ...documents_entry
        }
      }
    }
  }
`;
graphql`
  fragment documents_record on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" })
  @refetchable(queryName: "documentsRecordPageQuery") {
    deliveries(notification: "failed_pipeline", first: $first, after: $after)
      @connection(key: "documents_deliveries") {
      edges {
        node {
          username
        }
      }
    }
  }
`;
graphql`
  fragment documents_entry on InboxEntry {
    id
    about {
      name
    }
    title
    text
    read
    sentAt
    decidedBy
    groupNames
    reason
  }
`;
graphql`
  mutation documentsMarkReadMutation($input: MarkReadInput!) {
    markRead(input: $input) {
      __typename
      ... on MarkReadSuccess {
        entries {
          read
        }
        summary {
          unreadCount
        }
      }
      ... on Error {
        message
      }
    }
  }
`;
graphql`
  mutation documentsMarkAllReadMutation($input: MarkAllReadInput!) {
    markAllRead(input: $input) {
      __typename
      ... on MarkAllReadSuccess {
        marked
        entries {
          read
        }
        summary {
          unreadCount
        }
      }
      ... on Error {
        message
      }
    }
  }
`;
graphql`
  query documentsRefetchQuery($id: ID!) {
    node(id: $id) {
      __typename
      id
      ...documents_entry @alias
      ...documents_cell @alias
      ...documents_matrix @alias
      ...documents_groupMatrix @alias
    }
  }
`;
graphql`
  mutation documentsUpdateMutation($input: UpdatePreferencesInput!) {
    updatePreferences(input: $input) {
      __typename
      ... on UpdatePreferencesSuccess {
        results {
          outcome
          cell {
            ...documents_cell @relay(mask: false)
          }
        }
        matrix {
          ...documents_matrix @relay(mask: false)
        }
      }
      ... on Error {
        message
      }
      ... on InvalidPreferences {
        problems {
          index
          code
          message
        }
      }
    }
  }
`;
graphql`
  mutation documentsClearMutation($input: ClearPreferencesInput!) {
    clearPreferences(input: $input) {
      __typename
      ... on ClearPreferencesSuccess {
        cleared
        matrices {
          ...documents_matrix @relay(mask: false)
        }
      }
      ... on Error {
        message
      }
      ... on InvalidPreferences {
        problems {
          index
          code
          message
        }
      }
    }
  }
`;
graphql`
  mutation documentsUpdateGroupMutation($input: UpdateGroupPreferencesInput!) {
    updateGroupPreferences(input: $input) {
      __typename
      ... on UpdateGroupPreferencesSuccess {
        results {
          outcome
          cell {
            value
          }
        }
        matrix {
          ...documents_groupMatrix @relay(mask: false)
        }
        matrices {
          ...documents_matrix @relay(mask: false)
        }
      }
      ... on Error {
        message
      }
      ... on InvalidPreferences {
        problems {
          index
          code
          message
        }
      }
    }
  }
`;
graphql`
  mutation documentsClearGroupMutation($input: ClearGroupPreferencesInput!) {
    clearGroupPreferences(input: $input) {
      __typename
      ... on ClearGroupPreferencesSuccess {
        cleared
        matrix {
          ...documents_groupMatrix @relay(mask: false)
        }
        matrices {
          ...documents_matrix @relay(mask: false)
        }
      }
      ... on Error {
        message
      }
      ... on InvalidPreferences {
        problems {
          index
          code
          message
        }
      }
    }
  }
`;
graphql`
  fragment documents_matrix on PreferenceMatrix {
    id
    user {
      username
    }
    backends {
      name
    }
    notifications {
      notification {
        name
      }
      cells {
        ...documents_cell @relay(mask: false)
      }
    }
    withheld {
      notification {
        name
      }
      cells {
        ...documents_cell @relay(mask: false)
      }
    }
  }
`;
graphql`
  fragment documents_cell on PreferenceCell {
    id
    backend {
      id
      name
    }
    effective
    source
    userValue
    groupValue
    defaultValue
    editable
  }
`;
graphql`
  fragment documents_groupMatrix on GroupPreferenceMatrix {
    id
    group {
      name
    }
    backends {
      name
    }
    notifications {
      notification {
        name
      }
      cells {
        id
        backend {
          name
        }
        value
        defaultValue
        editable
      }
    }
  }
`;
graphql`
  fragment documents_oneMatrix on PreferenceMatrix @refetchable(queryName: "documentsMatrixQuery") {
    ...documents_matrix
  }
`;
graphql`
  fragment documents_oneGroupMatrix on GroupPreferenceMatrix
  @refetchable(queryName: "documentsGroupMatrixQuery") {
    ...documents_groupMatrix
  }
`;
graphql`
  fragment documents_oneCell on PreferenceCell @refetchable(queryName: "documentsCellQuery") {
    ...documents_cell
  }
`;
