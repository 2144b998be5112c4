using System.Globalization;
using System.Net;
using System.Text;
using Sluice.Rules.Secrets;

namespace Sluice.Silo.Security.Vaults;

/// <summary>
/// A key of the transit engine, over its REST API. Asked when a silo starts and when a data key is made, and never for
/// a request: what was unwrapped stays in memory.
/// </summary>
internal sealed class TransitKey : IMasterKey, IDisposable
{
    private const string Algorithm = "vault-transit";
    private const string CiphertextHead = "vault:v";

    private readonly VaultOptions _options;
    private readonly VaultCalls _calls;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _signingIn = new(1, 1);
    private (string Token, DateTimeOffset Until)? _session;

    public TransitKey(VaultOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _calls = new VaultCalls(options.Timeout, time);
        Id = BoundKey.IdOf("v", $"{options.Namespace.Trim('/')}|{options.Mount.Trim('/')}|{options.Key}");
    }

    /// <summary>Of namespace, mount and key: the vault may move to another address.</summary>
    public string Id { get; }

    private string Vault => $"The vault at {_options.Address}";

    public async ValueTask<string> WrapAsync(
        string place, ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            HttpMethod.Post, "encrypt",
            new { plaintext = Convert.ToBase64String(BoundKey.Bind(place, dataKey.Span)) }, cancellationToken);
        return answer.IsDone
            && answer.TextOf("data", "ciphertext") is { } text && VersionOf(text) is not null
                ? new WrappedText(Algorithm, Id, Encoding.ASCII.GetBytes(text)).ToString()
                : throw Refused(answer, "encrypt");
    }

    public async ValueTask<byte[]?> UnwrapAsync(string place, string wrapped, CancellationToken cancellationToken)
    {
        if (WrappedText.Parse(wrapped) is not { Algorithm: Algorithm } parsed)
        {
            return null;
        }

        var answer = await AskAsync(
            HttpMethod.Post, "decrypt", new { ciphertext = Encoding.ASCII.GetString(parsed.Data) }, cancellationToken);
        if (answer.Status is HttpStatusCode.BadRequest && SaysThatItIsNone(answer))
        {
            return null;
        }

        var plain = answer.IsDone ? answer.TextOf("data", "plaintext") : null;
        var bound = new byte[BoundKey.Length];
        return plain is not null && Convert.TryFromBase64String(plain, bound, out var length)
            ? BoundKey.Unbind(place, bound.AsSpan(0, length))
            : throw Refused(answer, "decrypt");
    }

    public async ValueTask<bool> IsNewestAsync(string wrapped, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(HttpMethod.Get, "keys", body: null, cancellationToken);
        var newest = answer.IsDone ? answer.NumberOf("data", "latest_version") : null;
        return (newest ?? throw Refused(answer, "keys"))
            == (WrappedText.Parse(wrapped) is { Algorithm: Algorithm } parsed
                ? VersionOf(Encoding.ASCII.GetString(parsed.Data))
                : null);
    }

    public void Dispose()
    {
        _calls.Dispose();
        _signingIn.Dispose();
    }

    /// <summary>The version that a ciphertext names, <c>vault:v3:…</c>.</summary>
    private static long? VersionOf(string ciphertext) =>
        ciphertext.StartsWith(CiphertextHead, StringComparison.Ordinal)
        && ciphertext.IndexOf(':', CiphertextHead.Length) is > 0 and var end
        && long.TryParse(
            ciphertext.AsSpan(CiphertextHead.Length, end - CiphertextHead.Length), NumberStyles.None,
            CultureInfo.InvariantCulture, out var version)
            ? version
            : null;

    /// <summary>What was changed is told apart from a key or a version that is not there.</summary>
    private static bool SaysThatItIsNone(VaultAnswer answer) => Errors(answer) is var said
        && (said.Contains("authentication failed", StringComparison.OrdinalIgnoreCase)
            || said.Contains("invalid ciphertext", StringComparison.OrdinalIgnoreCase));

    private async Task<VaultAnswer> AskAsync(
        HttpMethod method, string operation, object? body, CancellationToken cancellationToken)
    {
        var path = $"/v1/{_options.Mount.Trim('/')}/{operation}/{Uri.EscapeDataString(_options.Key)}";
        var answer = await WithTokenAsync(method, path, body, cancellationToken);
        if (answer.Status is HttpStatusCode.Forbidden && _options.KubernetesRole.Length > 0)
        {
            _session = null; // The session may be over before its time.
            answer = await WithTokenAsync(method, path, body, cancellationToken);
        }

        return answer;
    }

    private async Task<VaultAnswer> WithTokenAsync(
        HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        var token = await TokenAsync(cancellationToken);
        return await _calls.AskAsync(() => Make(method, path, body, token), Vault, cancellationToken);
    }

    private HttpRequestMessage Make(HttpMethod method, string path, object? body, string? token)
    {
        var request = new HttpRequestMessage(method, $"{_options.Address.TrimEnd('/')}{path}");
        request.Headers.Add("X-Vault-Request", "true");
        if (token is not null)
        {
            request.Headers.Add("X-Vault-Token", token);
        }

        if (_options.Namespace.Length > 0)
        {
            request.Headers.Add("X-Vault-Namespace", _options.Namespace);
        }

        request.Content = body is null ? null : JsonContent.Create(body);
        return request;
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        if (_options.KubernetesRole.Length == 0)
        {
            return await ReadAsync(_options.TokenFile, "Vault:TokenFile", cancellationToken);
        }

        await _signingIn.WaitAsync(cancellationToken);
        try
        {
            if (_session is { } session && _time.GetUtcNow() < session.Until)
            {
                return session.Token;
            }

            var jwt = await ReadAsync(_options.KubernetesTokenFile, "Vault:KubernetesTokenFile", cancellationToken);
            var answer = await _calls.AskAsync(
                () => Make(
                    HttpMethod.Post, $"/v1/auth/{_options.KubernetesMount.Trim('/')}/login",
                    new { role = _options.KubernetesRole, jwt }, token: null),
                Vault, cancellationToken);
            if (!answer.IsDone || answer.TextOf("auth", "client_token") is not { } token)
            {
                throw new MasterKeyException(
                    $"{Vault} does not let this pod sign in as '{_options.KubernetesRole}' "
                    + $"({(int)answer.Status}{Errors(answer)}): bind the role to the pod's service account.");
            }

            var life = TimeSpan.FromSeconds(answer.NumberOf("auth", "lease_duration") ?? 0);
            _session = (token, _time.GetUtcNow() + (life * 2 / 3));
            return token;
        }
        finally
        {
            _signingIn.Release();
        }
    }

    private static async Task<string> ReadAsync(string file, string setting, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim() is { Length: > 0 } text
                ? text
                : throw new MasterKeyException($"{setting} '{file}' is empty.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException($"{setting} '{file}' cannot be read: {exception.Message}");
        }
    }

    private MasterKeyException Refused(VaultAnswer answer, string operation)
    {
        var key = $"{_options.Mount.Trim('/')}/{operation}/{_options.Key}";
        var remedy = answer.Status switch
        {
            HttpStatusCode.Forbidden =>
                $"let the token's policy update '{key}', and read '{_options.Mount.Trim('/')}/keys/{_options.Key}'.",
            HttpStatusCode.NotFound or HttpStatusCode.BadRequest =>
                $"make the key, by 'vault write -f {_options.Mount.Trim('/')}/keys/{_options.Key}', or correct "
                + "Vault:Mount and Vault:Key; of a key that was rotated, keep the versions that are in use.",
            _ => "see that Vault:Address is that of a vault.",
        };
        return new MasterKeyException(
            $"{Vault} does not do {key} ({(int)answer.Status}{Errors(answer)}): {remedy}");
    }

    /// <summary>What it said, which holds no secret: errors of a vault name paths and reasons.</summary>
    private static string Errors(VaultAnswer answer) =>
        answer.Body.ValueKind is System.Text.Json.JsonValueKind.Object
        && answer.Body.TryGetProperty("errors", out var errors)
        && errors.ValueKind is System.Text.Json.JsonValueKind.Array
        && string.Join("; ", errors.EnumerateArray().Select(one => one.ToString())) is { Length: > 0 and < 500 } text
            ? $", {text.ReplaceLineEndings(" ")}"
            : "";
}
