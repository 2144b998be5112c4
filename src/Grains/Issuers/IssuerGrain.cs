using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Issuers;
using Sluice.Grains.Secrets;
using Sluice.Rules.Revocations;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Issuers;

/// <summary>
/// The keys that tokens are signed with. What they are follows from what is stored and from the time; a reminder sees
/// to
/// it that there is a next one in time, and whoever asks sees to it too.
/// </summary>
internal sealed partial class IssuerGrain(
    [PersistentState("issuer")] IPersistentState<StoredIssuer> stored, ISecretBox box, IOptions<TokenOptions> options,
    TimeProvider time, ILogger<IssuerGrain> logger) : Grain, IIssuerGrain, ISigningKeyGrain, IRemindable
{
    private const string ReminderName = "signing-keys";
    private const int RsaBits = 2048;
    private const int RotationIdLengthMax = 64;

    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromHours(1);

    private TokenOptions Options => options.Value;

    private DateTimeOffset Now => time.GetUtcNow();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (Options.IsOffered)
        {
            await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod, ReminderPeriod);
        }
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) =>
        Options.IsOffered ? Sweep() : Task.CompletedTask;

    public async Task<IssuerDescription> Describe()
    {
        if (!Options.IsOffered)
        {
            return new IssuerDescription();
        }

        await SweepIfDue();
        var state = stored.State;
        var published = state.ToRule().PublishedAt(Now).Select(key => key.KeyId).ToHashSet();
        var keys = state.Keys.Where(key => published.Contains(key.KeyId)).ToList();
        return new IssuerDescription
        {
            Issuer = Options.Issuer,
            Audience = Options.AudienceOrIssuer,
            Epoch = state.Epoch,
            Keys = [.. keys.Select(key => key.Public)],
            Algorithms = [.. keys.Select(key => SignatureAlgorithms.NameOf(key.Algorithm)).Distinct().Order()],
            ClientCredentials = Options.ClientCredentials,
            VerifierCache = Options.VerifierCache,
        };
    }

    public async Task<SigningAid?> ForSigning(string tenant)
    {
        if (!Options.IsOffered)
        {
            return null;
        }

        await SweepIfDue();
        var state = stored.State;
        var active = state.ToRule().ActiveAt(Now)
            ?? throw new InvalidOperationException("There is no key to sign with, and none could be made.");
        var key = state.Keys.First(one => one.KeyId == active.KeyId);
        return new SigningAid
        {
            KeyId = key.KeyId,
            Algorithm = key.Algorithm,
            Secret = key.Secret ?? throw new InvalidOperationException($"The secret of key {key.KeyId} is gone."),
            TokensFrom = state.TokensFromOf(tenant),
        };
    }

    public async Task<ChangeReply> Rotate(string rotationId)
    {
        if (!Options.IsOffered)
        {
            return NotOffered;
        }

        if (rotationId.Length > RotationIdLengthMax)
        {
            return new ChangeReply(ChangeOutcome.Invalid, $"rotationId: longer than {RotationIdLengthMax} characters.");
        }

        await Sweep(); // What an earlier try has made and not published is finished first.
        if (rotationId.Length > 0 && stored.State.Keys.Any(key => key.RotationId == rotationId))
        {
            return ChangeReply.Done;
        }

        if (stored.State.ToRule().Waiting(Now) is { } waiting)
        {
            return new ChangeReply(
                ChangeOutcome.AlreadyExists,
                $"A rotation is under way: key {waiting.KeyId} signs from {waiting.ActivatesAt:O} on.");
        }

        await MakeKey(rotationId);
        return ChangeReply.Done;
    }

    public async Task<ChangeReply> Compromise(string keyId)
    {
        var now = Now;
        var keys = stored.State.ToRule();
        if (keys.Compromise(keyId, now) is not { } next)
        {
            return new ChangeReply(ChangeOutcome.NotFound, $"There is no signing key '{keyId}'.");
        }

        if (!ReferenceEquals(next, keys))
        {
            await Store(RevokingAll(WithoutUselessSecrets(stored.State.With(next), now), now));
            LogCompromised(keyId);
        }

        await SweepIfDue(); // There must be one that signs.
        return ChangeReply.Done;
    }

    public async Task<ChangeReply> RevokeTokens(string tenant)
    {
        if (!Options.IsOffered)
        {
            return NotOffered;
        }

        await SweepIfDue();
        var now = Now;
        if (tenant.Length == 0)
        {
            await Store(RevokingAll(stored.State, now));
            return ChangeReply.Done;
        }

        var from = After(now);
        var stillSaying = (now - Revocation.TokensLive).ToUnixTimeSeconds();
        await Store(stored.State with
        {
            Tenants =
            [
                .. stored.State.Tenants.Where(one => one.Tenant != tenant && one.TokensFrom > stillSaying),
                new StoredTenantTokens(tenant, from),
            ],
            Revokes = [new Revocation(0, RevocationKind.TenantTokens, tenant, from, Revocation.TokensLive)],
        });
        return ChangeReply.Done;
    }

    public async Task<SigningKeyInfo[]> ListKeys()
    {
        if (Options.IsOffered)
        {
            await SweepIfDue();
        }

        var (now, keys) = (Now, stored.State.ToRule());
        return
        [
            .. keys.Keys.Select((key, i) => new SigningKeyInfo
            {
                KeyId = key.KeyId,
                Algorithm = SignatureAlgorithms.NameOf(key.Algorithm),
                State = keys.StateOf(key, now).ToString(),
                CreatedAt = key.CreatedAt,
                ActivatesAt = key.PublishedAt is null ? null : key.ActivatesAt,
                CompromisedAt = key.CompromisedAt,
                HasSecret = stored.State.Keys[i].Secret is not null,
            }),
        ];
    }

    public Task<long> TokensFrom(string tenant) => Task.FromResult(stored.State.TokensFromOf(tenant));

    private static ChangeReply NotOffered =>
        new(ChangeOutcome.Invalid, "No tokens are issued here: Tokens:Issuer is not set.");

    /// <summary>Tokens of this very second are ended too; the next ones are dated after it.</summary>
    private static long After(DateTimeOffset now) => now.ToUnixTimeSeconds() + 1;

    private Task SweepIfDue() => stored.State.ToRule().NeedsKey(Options.ToPolicy(), Now) ? Sweep() : Task.CompletedTask;

    /// <summary>
    /// Brings what is stored to where the time is: may be called at any time, and any number of times.
    /// </summary>
    private async Task Sweep()
    {
        var (now, policy) = (Now, Options.ToPolicy());
        var keys = stored.State.ToRule();
        var next = WithoutUselessSecrets(stored.State.With(keys.Publish(policy, now).Sweep(policy, now)), now);
        if (!next.Keys.SequenceEqual(stored.State.Keys))
        {
            await Store(next);
        }

        if (stored.State.ToRule().NeedsKey(policy, now))
        {
            await MakeKey(rotationId: "");
        }
    }

    /// <summary>Stored before anybody is told of it. A crash in between leaves it to the next sweep.</summary>
    private async Task MakeKey(string rotationId)
    {
        var (algorithm, now) = (Options.SigningAlgorithm, Now);
        var key = PrivateKey.Read(Generate(algorithm), algorithm);
        var secret = await box.SealAsync(
            SigningAid.PlaceOf(key.Public.KeyId), key.ExportPkcs8(), CancellationToken.None);
        var state = stored.State;
        await Store(state with
        {
            Keys =
            [
                .. state.Keys,
                new StoredSigningKey
                {
                    KeyId = key.Public.KeyId,
                    Algorithm = algorithm,
                    Public = key.Public.ToJson(),
                    Secret = secret,
                    CreatedAt = now,
                    RotationId = rotationId,
                },
            ],
        });
        await Store(stored.State.With(stored.State.ToRule().Publish(Options.ToPolicy(), Now)));
        LogMade(key.Public.KeyId, stored.State.Keys[^1].ActivatesAt);
    }

    private static byte[] Generate(SignatureAlgorithm algorithm)
    {
        if (algorithm is SignatureAlgorithm.Rs256)
        {
            using var rsa = RSA.Create(RsaBits);
            return rsa.ExportPkcs8PrivateKey();
        }

        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return ec.ExportPkcs8PrivateKey();
    }

    private StoredIssuer RevokingAll(StoredIssuer state, DateTimeOffset now) => state with
    {
        TokensFrom = After(now),
        Tenants = [], // All of them are before.
        Revokes = [new Revocation(0, RevocationKind.Issuer, Options.Issuer, After(now), Revocation.TokensLive)],
    };

    private StoredIssuer WithoutUselessSecrets(StoredIssuer state, DateTimeOffset now)
    {
        var keys = state.ToRule();
        return state with
        {
            Keys =
            [
                .. state.Keys.Select(key => key.Secret is not null
                    && keys.MayDestroySecret(keys.Find(key.KeyId)!, Options.ToPolicy(), now)
                        ? key with { Secret = null }
                        : key),
            ],
        };
    }

    private async Task Store(StoredIssuer next)
    {
        var before = stored.State;
        stored.State = next with { Epoch = before.Epoch + 1, Audits = IssuerAudit.NotesOf(before, next) };
        try
        {
            await stored.WriteStateAsync();
            stored.State = stored.State with { Revokes = [], Audits = [] };
        }
        catch
        {
            stored.State = before;
            DeactivateOnIdle(); // The write may have happened: the next activation reads what is true.
            throw;
        }
    }

    [LoggerMessage(1511, LogLevel.Information, "Signing key {KeyId} was made; it signs from {ActivatesAt:O} on.")]
    private partial void LogMade(string keyId, DateTimeOffset activatesAt);

    [LoggerMessage(1512, LogLevel.Warning, "Signing key {KeyId} is compromised; every token from before is refused.")]
    private partial void LogCompromised(string keyId);
}
