using System.Text;

namespace Sluice.Bench.Load;

/// <summary>The requests that are sent, byte for byte the same each time.</summary>
internal static class RequestBytes
{
    /// <summary>The model that is asked for.</summary>
    public const string Model = "deepseek-chat";

    private const string Messages =
        """
        [{"role":"system","content":"You are a helpful assistant who answers in one short sentence."},
        """
        + """
        {"role":"user","content":"Which river flows through Vienna, Bratislava, Budapest and Belgrade?"}]
        """;

    /// <summary>A chat completion of about 300 bytes, as OpenAI's clients send it.</summary>
    /// <param name="target">Whom to ask.</param>
    /// <param name="key">The key to present; null for none.</param>
    /// <param name="stream">True asks for server-sent events.</param>
    public static byte[] Chat(Uri target, string? key, bool stream)
    {
        var body = $"{{\"model\":\"{Model}\",\"messages\":{Messages}"
            + ",\"max_tokens\":16,\"temperature\":0.2,\"user\":\"bench\"" + (stream ? ",\"stream\":true}" : "}");
        var request = new StringBuilder()
            .Append("POST /v1/chat/completions HTTP/1.1\r\n")
            .Append("Host: ").Append(target.Authority).Append("\r\n")
            .Append("Accept: application/json\r\n")
            .Append("User-Agent: OpenAI/Python 1.99.0\r\n")
            .Append("Content-Type: application/json\r\n");
        if (key is not null)
        {
            request.Append("Authorization: Bearer ").Append(key).Append("\r\n");
        }

        request.Append("Content-Length: ").Append(body.Length).Append("\r\n\r\n").Append(body);
        return Encoding.ASCII.GetBytes(request.ToString());
    }
}
