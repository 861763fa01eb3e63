package io.broadside.token.connect;

import io.broadside.events.Connection;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Connections as the API shows them. There is no secret in a {@link Connection}, so there can be none here. */
public final class ConnectionJson {

    private ConnectionJson() {}

    public static JsonObject of(Connection connection) {
        var json = new JsonObject()
                .put("connectionId", connection.getConnectionId())
                .put("profileId", connection.getProfileId())
                .put("platform", connection.getPlatform())
                .put("accountId", connection.getAccountId())
                .put("accountName", connection.getAccountName())
                .put("accountKind", connection.getAccountKind())
                .put("status", connection.getStatus().name());
        connection.getStatusReason().ifPresent(reason -> json.put("statusReason", reason));
        json.put("tokenVersion", connection.getTokenVersion());
        put(json, "accessExpiresAt", connection.getAccessExpiresAt());
        put(json, "refreshExpiresAt", connection.getRefreshExpiresAt());
        put(json, "dataAccessExpiresAt", connection.getDataAccessExpiresAt());
        return json.put("scopes", new JsonArray(connection.getScopes()))
                .put("missingScopes", new JsonArray(connection.getMissingScopes()))
                .put("isRenewable", connection.getIsRenewable())
                .put("connectedAt", connection.getConnectedAt().toString())
                .put("refreshedAt", connection.getRefreshedAt().toString())
                .put("updatedAt", connection.getUpdatedAt().toString());
    }

    static JsonArray of(List<Connection> connections) {
        var array = new JsonArray();
        connections.forEach(connection -> array.add(of(connection)));
        return array;
    }

    /** What is wrong, as a code and a sentence that says what to do. */
    public static JsonObject error(String code, String message) {
        return error(code, message, List.of());
    }

    static JsonObject error(String code, String message, List<FieldFault> faults) {
        var array = new JsonArray();
        faults.forEach(fault -> array.add(new JsonObject()
                .put("field", fault.field())
                .put("rule", fault.rule())
                .put("message", fault.message())));
        return new JsonObject()
                .put(
                        "error",
                        new JsonObject()
                                .put("code", code)
                                .put("message", message)
                                .put("faults", array));
    }

    private static void put(JsonObject json, String name, Optional<Instant> time) {
        time.ifPresent(at -> json.put(name, at.toString()));
    }
}
