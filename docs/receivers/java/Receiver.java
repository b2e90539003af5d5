// A receiver of Relance's webhooks, without a library: WEBHOOK_SECRET=whsec_… PORT=3000 java Receiver.java
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Receiver {
    static final byte[] KEY = Base64.getDecoder().decode(System.getenv("WEBHOOK_SECRET").substring("whsec_".length()));
    static final Set<String> SEEN = ConcurrentHashMap.newKeySet(); // in a real receiver: a unique column of a table

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "3000"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/", Receiver::receive);
        server.start();
    }

    static void receive(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes(); // the bytes as they came, before any JSON
        String id = exchange.getRequestHeaders().getFirst("webhook-id");
        if (!isGenuine(exchange, id, body)) {
            answer(exchange, 400);
            return;
        }
        answer(exchange, 204); // answer first, work later: 15 seconds are all there is
        if (SEEN.add(id)) { // at least once means sometimes twice
            System.out.println(id + " " + body.length + " bytes");
        }
    }

    static boolean isGenuine(HttpExchange exchange, String id, byte[] body) {
        String timestamp = exchange.getRequestHeaders().getFirst("webhook-timestamp");
        String signatures = exchange.getRequestHeaders().getFirst("webhook-signature");
        if (id == null || timestamp == null || signatures == null) return false;
        if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > 300) return false; // an old one, sent again
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
            for (String signature : signatures.split(" ")) { // two while a secret is rotated
                if (MessageDigest.isEqual(signature.getBytes(StandardCharsets.UTF_8), expected)) return true;
            }
            return false;
        } catch (java.security.GeneralSecurityException error) {
            return false;
        }
    }

    static void answer(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }
}
