-- The matrix and the upsert for PostGraphile, by the rules of this project and on its tables.

CREATE SCHEMA peer;
CREATE SCHEMA peer_private;

CREATE FUNCTION peer_private.me() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT id FROM public.auth_user
  WHERE id = nullif(current_setting('jwt.claims.user_id', true), '')::bigint AND is_active
$$;

CREATE FUNCTION peer_private.lacks(notification bigint, someone bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT permission_id FROM public.notifications_notification_permissions WHERE notification_id = notification
    EXCEPT SELECT permission_id FROM public.auth_user_user_permissions WHERE user_id = someone
    EXCEPT SELECT permission_id FROM public.auth_group_permissions
      JOIN public.auth_user_groups USING (group_id) WHERE user_id = someone
  ) AND NOT EXISTS (SELECT FROM public.auth_user WHERE id = someone AND is_superuser)
$$;

CREATE TYPE peer.cell AS (
  backend text, effective boolean, source text, user_value boolean, group_value boolean, default_value boolean,
  editable boolean
);

CREATE TYPE peer.notification AS (name text, display_name text, category text, cells peer.cell[]);

CREATE FUNCTION peer.preferences() RETURNS SETOF peer.notification LANGUAGE sql STABLE AS $$
  WITH me AS MATERIALIZED (SELECT peer_private.me() AS id),
  held AS MATERIALIZED (
    SELECT permission_id FROM public.auth_user_user_permissions WHERE user_id = (SELECT id FROM me)
    UNION
    SELECT permission_id FROM public.auth_group_permissions
    JOIN public.auth_user_groups USING (group_id) WHERE user_id = (SELECT id FROM me)
  ),
  of_groups AS MATERIALIZED (
    SELECT notification_id, backend_id, bool_or(notify) AS notify FROM public.notifications_groupprefs
    JOIN public.auth_user_groups USING (group_id) WHERE user_id = (SELECT id FROM me)
    GROUP BY notification_id, backend_id
  ),
  own AS MATERIALIZED (
    SELECT notification_id, backend_id, notify FROM public.notifications_userprefs
    WHERE user_id = (SELECT id FROM me)
  ),
  cells AS (
    SELECT offered.notification_id,
      array_agg(
        ROW(
          backend.name,
          CASE WHEN offered.required THEN true
            ELSE coalesce(own.notify, of_groups.notify, offered."default") END,
          CASE WHEN offered.required THEN 'REQUIRED' WHEN own.notify IS NOT NULL THEN 'USER'
            WHEN of_groups.notify IS NOT NULL THEN 'GROUP' ELSE 'DEFAULT' END,
          own.notify,
          of_groups.notify,
          offered."default",
          NOT offered.required
        )::peer.cell
        ORDER BY backend.position, backend.id
      ) AS cells
    FROM public.notifications_notificationbackend offered
    JOIN public.notifications_backend backend ON backend.id = offered.backend_id AND backend.enabled
    LEFT JOIN own USING (notification_id, backend_id)
    LEFT JOIN of_groups USING (notification_id, backend_id)
    GROUP BY offered.notification_id
  )
  SELECT name, coalesce(nullif(display_name, ''), name), category, cells.cells
  FROM public.notifications_notification notification
  JOIN cells ON cells.notification_id = notification.id
  WHERE public AND (SELECT id FROM me) IS NOT NULL AND (
    (SELECT is_superuser FROM public.auth_user WHERE id = (SELECT id FROM me))
    OR NOT EXISTS (
      SELECT FROM public.notifications_notification_permissions needed
      WHERE needed.notification_id = notification.id
        AND needed.permission_id NOT IN (SELECT permission_id FROM held)
    )
  )
  ORDER BY position, id
$$;

-- Quicker for PostGraphile, but for whoever asks all or nothing.
CREATE FUNCTION peer.preferences_as_json() RETURNS json LANGUAGE sql STABLE AS $$
  SELECT json_agg(notification) FROM peer.preferences() notification
$$;

CREATE TYPE peer.outcome AS (outcome text, effective boolean, source text);

CREATE FUNCTION peer.set_preference(notification text, backend text, notify boolean) RETURNS peer.outcome
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  someone bigint := peer_private.me();
  offered record;
  created boolean;
BEGIN
  SELECT cell.notification_id, cell.backend_id, cell.required INTO offered
  FROM public.notifications_notificationbackend cell
  JOIN public.notifications_notification n ON n.id = cell.notification_id
  JOIN public.notifications_backend b ON b.id = cell.backend_id
  WHERE n.name = set_preference.notification AND b.name = set_preference.backend AND n.public AND b.enabled;
  IF NOT FOUND OR someone IS NULL OR offered.required OR peer_private.lacks(offered.notification_id, someone) THEN
    RAISE EXCEPTION 'This cannot be set.';
  END IF;
  INSERT INTO public.notifications_userprefs AS old
    (user_id, notification_id, backend_id, notify, created, updated)
  VALUES (someone, offered.notification_id, offered.backend_id, set_preference.notify, now(), now())
  ON CONFLICT (user_id, notification_id, backend_id) DO UPDATE
    SET notify = excluded.notify, updated = excluded.updated
    WHERE old.notify IS DISTINCT FROM excluded.notify
  RETURNING xmax = 0 INTO created;
  RETURN ROW(
    CASE WHEN created THEN 'CREATED' WHEN NOT created THEN 'UPDATED' ELSE 'UNCHANGED' END::text,
    set_preference.notify, 'USER'::text
  );
END
$$;
