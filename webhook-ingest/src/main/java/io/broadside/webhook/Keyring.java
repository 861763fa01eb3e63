package io.broadside.webhook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.webhook.platform.Credentials;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets of the apps as they are now. Platforms make a new secret at the moment somebody asks for one, and sign with it from
 * then on: whoever had to restart every instance first would refuse what comes meanwhile.
 *
 * <ol>
 *   <li>What {@link #look} finds counts once it was found twice: a file may be read while somebody writes it.
 *   <li>What cannot be read of an app changes nothing for it, and nothing for the others; it is warned of, once for each.
 *   <li>Which apps there are does not change.
 * </ol>
 *
 * Safe for use by many threads.
 */
final class Keyring {

    private static final Logger LOGGER = LoggerFactory.getLogger(Keyring.class);

    private final List<WebhookApp> apps;
    private final UnaryOperator<WebhookApp> again;
    private final Map<String, Credentials> current = new ConcurrentHashMap<>();
    private final Map<String, Credentials> foundLast = new HashMap<>();
    private final Set<String> broken = new HashSet<>();

    /**
     * @param apps the apps there are, as they are at the start
     * @param again reads one of them anew
     */
    Keyring(Collection<WebhookApp> apps, UnaryOperator<WebhookApp> again) {
        this.apps = List.copyOf(apps);
        this.again = again;
        apps.forEach(app -> {
            current.put(app.label(), app.credentials());
            foundLast.put(app.label(), app.credentials());
        });
    }

    /** One that never changes. */
    static Keyring of(Collection<WebhookApp> apps) {
        return new Keyring(apps, app -> app);
    }

    Credentials of(WebhookApp app) {
        return current.getOrDefault(app.label(), app.credentials());
    }

    /** Looks whether they have changed; to be called now and then. Reads files. */
    synchronized void look() {
        apps.forEach(this::look);
    }

    private void look(WebhookApp app) {
        Credentials found;
        try {
            found = again.apply(app).credentials();
        } catch (ConfigException e) {
            if (broken.add(app.label())) {
                LOGGER.atWarn()
                        .addKeyValue("app", app.label())
                        .addKeyValue("cause", e.getMessage())
                        .log("secrets not read again, those of before count");
            }
            return;
        }
        broken.remove(app.label());
        if (found.equals(foundLast.put(app.label(), found)) && !found.equals(current.put(app.label(), found))) {
            LOGGER.atInfo()
                    .addKeyValue("app", app.label())
                    .addKeyValue("secrets", found.secrets().size())
                    .log("secrets of an app have changed");
        }
    }
}
