package io.broadside.publisher.platform.linkedin;

import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDoubt;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.runtime.config.Settings;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the tests of LinkedIn share. */
final class LinkedInFixtures {

    static final String ORGANIZATION = "urn:li:organization:5550001";
    static final String MEMBER = "urn:li:person:AbC123";
    static final String POST = "urn:li:share:7300000000000000001";
    static final Published PUBLISHED =
            new Published(POST, Optional.of(URI.create("https://www.linkedin.com/feed/update/" + POST + "/")));
    static final Buffer PNG = Buffer.buffer(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 1, 2, 3});

    private LinkedInFixtures() {}

    static LinkedInPlatform platform(Bench bench, Map<String, String> settings) {
        return platform(bench, settings, bench.clock());
    }

    static LinkedInPlatform platform(Bench bench, Map<String, String> settings, Clock clock) {
        var all = new HashMap<>(settings);
        all.put("LINKEDIN_API_URI", bench.server().uri().toString());
        return new LinkedInPlatform(LinkedInConfig.from(Settings.from(all)), bench.http(), bench.media(), clock);
    }

    static PublishCommand command(String account, Content.Builder content) {
        return aCommand("linkedin", account, content).build();
    }

    static PublishCommand inDoubt(String account, Content.Builder content) {
        return aCommand("linkedin", account, content)
                .setDoubt(aDoubt("create", 0))
                .build();
    }

    static PublishCommand next(PublishCommand command, Outcome outcome) {
        assertThat(outcome).isInstanceOf(Continue.class);
        return PublishCommand.newBuilder(command)
                .setCheckpoint(((Continue) outcome).checkpoint())
                .build();
    }

    static void created(Bench bench) {
        bench.server().answers(201, "", Map.of("x-restli-id", POST));
    }
}
