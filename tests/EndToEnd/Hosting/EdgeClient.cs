using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.EndToEnd.Hosting;

/// <summary>The edge as plain HTTP, for what SDKs do not show: headers, chunks and broken requests.</summary>
public sealed class EdgeClient(HttpClient http, string? key)
{
    public const string Chat = "/v1/chat/completions";
    public const string Model = "deepseek-chat";

    /// <summary>Connections that send what tests say, and are cut when an answer is given up, not read on.</summary>
    public static HttpClient NewHttp(Uri edge) => new(new SocketsHttpHandler
    {
        UseCookies = false,
        MaxResponseDrainSize = 0,
        ResponseDrainTimeout = TimeSpan.Zero,
    })
    {
        BaseAddress = edge,
    };

    /// <summary>A chat request's body; <paramref name="more"/> are members, such as <c>"stream":true</c>.</summary>
    public static string ChatBody(string? more = null, string model = Model)
    {
        var members = more is null ? "" : "," + more;
        return $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello"}]{{members}}}""";
    }

    /// <summary>A request with the key as bearer token, and with a JSON body unless it is null.</summary>
    public HttpRequestMessage Request(HttpMethod method, string path, string? json = null, string? simulate = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (simulate is not null)
        {
            request.Headers.Add("x-simulate", simulate);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        }

        return request;
    }

    /// <summary>Sends and reads the whole answer.</summary>
    public async Task<EdgeAnswer> SendAsync(HttpRequestMessage request)
    {
        using var response = await http.SendAsync(request, Patience.Token);
        request.Dispose();
        return await EdgeAnswer.ReadAsync(response);
    }

    public Task<EdgeAnswer> ChatAsync(string? more = null, string? simulate = null, string model = Model) =>
        SendAsync(Request(HttpMethod.Post, Chat, ChatBody(more, model), simulate));

    public Task<EdgeAnswer> GetAsync(string path) => SendAsync(Request(HttpMethod.Get, path));

    /// <summary>Posts this text as it is, as JSON by its content type.</summary>
    public Task<EdgeAnswer> PostAsync(string json, string path = Chat) =>
        SendAsync(Request(HttpMethod.Post, path, json));

    /// <summary>Begins a streaming chat and returns when its headers are there.</summary>
    public async Task<EdgeStream> StreamAsync(string? more = null, string? simulate = null)
    {
        var body = ChatBody("\"stream\":true" + (more is null ? "" : "," + more));
        using var request = Request(HttpMethod.Post, Chat, body, simulate);
        return await OpenAsync(request);
    }

    /// <summary>Sends a request and returns when the headers of its answer are there.</summary>
    public async Task<EdgeStream> OpenAsync(HttpRequestMessage request)
    {
        var deadline = Patience.Token;
        return await EdgeStream.OpenAsync(
            await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline), deadline);
    }
}

/// <summary>A whole answer of the edge.</summary>
public sealed record EdgeAnswer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Code => (string?)Error["code"];

    public string Message => (string)Error["message"]!;

    private JsonObject Error => Json["error"]!.AsObject();

    public static async Task<EdgeAnswer> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        await response.Content.ReadAsStringAsync(Patience.Token),
        HeadersOf(response));

    public static Dictionary<string, string> HeadersOf(HttpResponseMessage response) =>
        response.Headers.Concat(response.Content.Headers).ToDictionary(
            header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);

    /// <summary>Fails with the body when the status is another one.</summary>
    public EdgeAnswer Is(int expected)
    {
        Assert.True(Status == expected, $"{Status} instead of {expected}: {Body}");
        Assert.True(Headers.ContainsKey("x-request-id"), $"An answer without x-request-id: {Body}");
        return this;
    }

    /// <summary>An error in the dialect that OpenAI's clients parse: all four keys, whatever they hold.</summary>
    public EdgeAnswer IsError(int status, string code)
    {
        Is(status);
        Assert.Equal("application/json", Headers["Content-Type"]);
        Assert.Equal(["code", "message", "param", "type"], Error.Select(member => member.Key).Order());
        Assert.False(string.IsNullOrEmpty(Message));
        Assert.False(string.IsNullOrEmpty((string?)Error["type"]));
        Assert.Equal(code, Code);
        return this;
    }
}
