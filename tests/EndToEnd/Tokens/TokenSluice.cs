using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;
using Sluice.Testing;

namespace Sluice.EndToEnd.Tokens;

/// <summary>An installation that issues tokens: its port is known before it starts, because tokens name it.</summary>
public sealed class TokenSluice : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;
    private SluiceProcess? _sluice;

    public SluiceProcess Sluice => _sluice!;

    public string Issuer { get; private set; } = "";

    public AdminClient Admins => Sluice.Admins;

    /// <summary>All that it has stored, as it lies on the disk, and all that it has said.</summary>
    public string StoredAndSaid => string.Concat(
        Directory.EnumerateFiles(_folder.In("data"), "*.db*").Select(file => Encoding.Latin1.GetString(ReadAll(file))))
        + Sluice.Program.Output.All;

    public async ValueTask InitializeAsync() => await StartAsync([]);

    public async Task StartAsync(IEnumerable<(string Name, string Value)> settings)
    {
        var port = FreePort.Next();
        Issuer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        _pool = await SharedSluice.PoolAsync(SimulatedPoolOptions.Instant);
        _sluice = await SluiceProcess.StartAsync(new SluiceSettings
        {
            Data = _folder.In("data"),
            Port = port,
            Pool = _pool.Address,
            Environment = settings
                .Append(("Tokens__ClientCredentials", "true"))
                .Append(("Federation__PrivateHosts__0", "127.0.0.1")) // Where providers of tests are.
                .ToDictionary(one => one.Item1, one => one.Item2),
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_sluice is not null)
        {
            await _sluice.DisposeAsync();
        }

        if (_pool is not null)
        {
            await _pool.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Posts a form; parameters may stand twice.</summary>
    public async Task<OAuthAnswer> PostAsync(
        string path, IEnumerable<(string Name, string Value)> form, (string Id, string Secret)? basic = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(form.Select(one => KeyValuePair.Create(one.Name, one.Value))),
        };
        if (basic is var (id, secret))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(
                    $"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(secret)}")));
        }

        return await SendAsync(request);
    }

    public async Task<OAuthAnswer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Sluice.Http.SendAsync(request, Patience.Token);
        return new OAuthAnswer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(Patience.Token),
            response.Headers.Concat(response.Content.Headers).ToDictionary(
                header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    private static byte[] ReadAll(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>A key exchanged for a token.</summary>
    public async Task<JsonNode> ExchangeAsync(string key, string? scope = null)
    {
        List<(string, string)> form =
        [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("subject_token", key),
            ("subject_token_type", "urn:sluice:params:oauth:token-type:api-key"),
        ];
        if (scope is not null)
        {
            form.Add(("scope", scope));
        }

        return (await PostAsync("/oauth/token", form)).Is(200).Json;
    }
}

/// <summary>Tests that share one such installation, each with a tenant of its own.</summary>
[CollectionDefinition(Name)]
public sealed class TokenGroup : ICollectionFixture<TokenSluice>
{
    public const string Name = "tokens";
}

/// <summary>An answer of the token service.</summary>
public sealed record OAuthAnswer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Error => (string?)Json["error"];

    public OAuthAnswer Is(int status)
    {
        Assert.True(Status == status, $"{Status} instead of {status}: {Body}");
        return this;
    }
}
