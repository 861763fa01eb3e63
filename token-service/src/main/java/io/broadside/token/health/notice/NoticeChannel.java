package io.broadside.token.health.notice;

/** A way on which somebody is told. Blocks, and never throws for trouble on the network. Safe for use by many threads. */
interface NoticeChannel {

    /** Its name in metrics and in the name of its consumer group: never to be changed. */
    String name();

    Delivery deliver(Notice notice);

    /** What came of telling. */
    sealed interface Delivery {
        record Delivered() implements Delivery {}

        /**
         * It was not told.
         *
         * @param cause what went wrong, in a few words, without anything secret
         */
        record Failed(String cause) implements Delivery {}
    }
}
