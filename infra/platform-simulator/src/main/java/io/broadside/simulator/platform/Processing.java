package io.broadside.simulator.platform;

import java.time.Duration;
import java.util.Optional;

/**
 * How work goes that a network does behind its answers, such as the processing of a video.
 *
 * @param takes until it is done, or has failed
 * @param failure the network's own code when it fails
 */
public record Processing(Duration takes, Optional<String> failure) {}
