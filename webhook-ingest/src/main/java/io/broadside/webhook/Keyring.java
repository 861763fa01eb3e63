package io.broadside.webhook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.webhook.platform.Credentials;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets of the apps as they are now. Platforms make a new secret at the moment somebody asks for one, and sign with it from
 * then on: whoever had to restart every instance first would refuse what comes meanwhile.
 *
 * <ol>
 *   <li>What {@link #look} finds counts once it was found twice: a file may be read while somebody writes it.
 *   <li>What cannot be read changes nothing, and is warned of, once.
 *   <li>Which apps there are does not change.
 * </ol>
 *
 * Safe for use by many threads.
 */
final class Keyring {

    private static final Logger LOGGER = LoggerFactory.getLogger(Keyring.class);

    private final Supplier<? extends Collection<WebhookApp>> apps;
    private volatile Map<String, Credentials> current;
    private Map<String, Credentials> foundLast;
    private boolean isBroken;

    /**
     * @param atStart the apps there are
     * @param apps what is said of them whenever it is asked
     */
    Keyring(Collection<WebhookApp> atStart, Supplier<? extends Collection<WebhookApp>> apps) {
        this.apps = apps;
        this.current = byLabel(atStart);
        this.foundLast = current;
    }

    /** One that never changes. */
    static Keyring of(Collection<WebhookApp> apps) {
        return new Keyring(apps, () -> apps);
    }

    Credentials of(WebhookApp app) {
        return current.getOrDefault(app.label(), app.credentials());
    }

    /** Looks whether they have changed; to be called now and then. Reads files. */
    synchronized void look() {
        Map<String, Credentials> found;
        try {
            found = byLabel(apps.get());
        } catch (ConfigException e) {
            if (!isBroken) {
                isBroken = true;
                LOGGER.atWarn()
                        .addKeyValue("cause", e.getMessage())
                        .log("secrets not read again, those of before count");
            }
            return;
        }
        isBroken = false;
        if (found.equals(foundLast)) {
            take(found);
        }
        foundLast = found;
    }

    private void take(Map<String, Credentials> found) {
        var next = new HashMap<>(current);
        found.forEach((app, credentials) -> {
            if (next.containsKey(app) && !credentials.equals(next.put(app, credentials))) {
                LOGGER.atInfo()
                        .addKeyValue("app", app)
                        .addKeyValue("secrets", credentials.secrets().size())
                        .log("secrets of an app have changed");
            }
        });
        current = Map.copyOf(next);
    }

    private static Map<String, Credentials> byLabel(Collection<WebhookApp> apps) {
        var byLabel = new HashMap<String, Credentials>();
        apps.forEach(app -> byLabel.put(app.label(), app.credentials()));
        return Map.copyOf(byLabel);
    }
}
