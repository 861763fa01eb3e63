package io.broadside.publisher.platform.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import org.junit.jupiter.api.Test;

final class AppSecretProofTest {

    private static final Secret APP = Secret.of("example-app-secret");
    private static final Secret TOKEN = Secret.of("example-access-token");
    private static final String PROOF = "86d0c7f68d407d377907275842279121c9016c1a43704420cc6585f210bc95bf";

    @Test
    void isTheHmacOfTheTokenUnderTheSecretOfTheApp() {
        assertThat(AppSecretProof.of(APP, TOKEN)).isEqualTo(PROOF);
    }

    @Test
    void goesOntoAnyAddress() {
        assertThat(AppSecretProof.on("/1/feed", APP, TOKEN)).isEqualTo("/1/feed?appsecret_proof=" + PROOF);
        assertThat(AppSecretProof.on("/1?fields=id", APP, TOKEN)).isEqualTo("/1?fields=id&appsecret_proof=" + PROOF);
    }
}
