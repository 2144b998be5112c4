using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Grains.Audit;
using Sluice.Grains.Issuers;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Tokens;

/// <summary>
/// The public keys of one client, and who it is by a signature of theirs. That an assertion was used is stored before
/// it is answered: no crash and no second activation makes it good again.
/// </summary>
internal sealed partial class ClientAssertionGrain(
    [PersistentState("assertions")] IPersistentState<StoredAssertions> stored, IOptions<TokenOptions> options,
    TimeProvider time, ILogger<ClientAssertionGrain> logger) : Grain, IClientAssertionGrain
{
    /// <summary>In the time that used ones are remembered there is room for all that it lets through.</summary>
    private readonly AskingRate _rate = new(time);

    private PublicKeySet? _keys;

    private string ClientId => this.GetPrimaryKeyString();

    private PublicKeySet Keys => _keys ??= new PublicKeySet(
        [.. stored.State.Keys.Select(key => PublicKey.TryParse(Encoding.UTF8.GetBytes(key))).OfType<PublicKey>()]);

    public async Task<AssertionReply> Authenticate(string assertion)
    {
        if (stored.State.Keys.Length == 0 || !options.Value.IsOffered)
        {
            DeactivateOnIdle(); // Names of clients are easily made up.
            return Refused;
        }

        var now = time.GetUtcNow();
        var fault = ClientAssertion.TryRead(assertion, ClientId, options.Value.Issuer, Keys, now, out var read);
        if (read is null)
        {
            LogRefused(ClientId, fault.ToString());
            return Refused;
        }

        // Counted only now: strangers who name the client do not use up what it may ask for.
        if (_rate.Refusal() is { } wait)
        {
            return new AssertionReply { Outcome = AssertionOutcome.TooMany, RetryAfter = wait };
        }

        // Whoever has the key may know that its client is suspended; nobody else is told.
        var client = await GrainFactory.GetGrain<IClientAdmission>(ClientId).Identify(
            new IdentifyRequest { KeyVersion = 0, SecretDigest = [], Token = new TokenUse() });
        if (client.Verdict is not Verdict.Admitted)
        {
            return client.Verdict is Verdict.ClientSuspended
                ? new AssertionReply { Outcome = AssertionOutcome.ClientSuspended }
                : Refused;
        }

        var answer = stored.State.ToRule().Use(read.AssertionId, read.ExpiresAt, now, out var used);
        if (answer is not NameAnswer.First)
        {
            LogUsedAgain(ClientId, answer.ToString());
            return Refused;
        }

        await StoreAsync(stored.State.With(used));
        return new AssertionReply { Outcome = AssertionOutcome.Authenticated, Tenant = client.Tenant };
    }

    public async Task<ChangeReply> SetPublicKeys(string keySet)
    {
        if (await GrainFactory.GetGrain<IClientAdministration>(ClientId).Describe() is null)
        {
            return new ChangeReply(ChangeOutcome.NotFound, $"There is no client {ClientId}.");
        }

        var mistakes = new List<string>();
        if (ClientKeySet.TryRead(Encoding.UTF8.GetBytes(keySet), mistakes) is not { } keys)
        {
            return new ChangeReply(ChangeOutcome.Invalid, string.Join(' ', mistakes));
        }

        string[] next = [.. keys.Keys.Select(key => key.ToJson())];
        if (!next.SequenceEqual(stored.State.Keys))
        {
            await StoreAsync(stored.State with
            {
                Keys = next,
                Audits =
                [
                    AuditNotes.OfChange(
                        "public-keys.replace", $"client/{ClientId}/public-keys", FactsOf(Keys), FactsOf(keys)),
                ],
            });
            LogReplaced(ClientId, next.Length);
        }

        return ChangeReply.Done;
    }

    public async Task<PublicKeyInfo[]?> ListPublicKeys() =>
        await GrainFactory.GetGrain<IClientAdministration>(ClientId).Describe() is null
            ? null
            : [.. Keys.Keys.Select(InfoOf)];

    private static AssertionReply Refused => new() { Outcome = AssertionOutcome.Refused };

    /// <summary>What the audit trail tells of keys.</summary>
    private sealed record KeyFacts(PublicKeyInfo[] Keys);

    private static KeyFacts FactsOf(PublicKeySet keys) => new([.. keys.Keys.Select(InfoOf)]);

    private static PublicKeyInfo InfoOf(PublicKey key) => new()
    {
        KeyId = key.KeyId, Algorithm = SignatureAlgorithms.NameOf(key.Algorithm), Thumbprint = key.Thumbprint,
    };

    private async Task StoreAsync(StoredAssertions next)
    {
        var before = stored.State;
        stored.State = next;
        try
        {
            await stored.WriteStateAsync();
            stored.State = stored.State with { Audits = [] };
            _keys = null;
        }
        catch
        {
            stored.State = before;
            DeactivateOnIdle(); // The write may have happened: the next activation reads what is true.
            throw;
        }
    }

    [LoggerMessage(1521, LogLevel.Information, "Client {ClientId} showed an assertion that is refused: {Fault}.")]
    private partial void LogRefused(string clientId, string fault);

    [LoggerMessage(1522, LogLevel.Warning, "Client {ClientId} showed an assertion that was right before: {Answer}.")]
    private partial void LogUsedAgain(string clientId, string answer);

    [LoggerMessage(1523, LogLevel.Information, "Client {ClientId} has {Count} public keys now.")]
    private partial void LogReplaced(string clientId, int count);
}
