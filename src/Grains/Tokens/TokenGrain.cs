using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Issuers;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Grains.Issuers;
using Sluice.Grains.Secrets;
using Sluice.Rules.Keys;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Tokens;

/// <summary>
/// The tokens of one client. This part issues and renews; what ends them stands in <c>TokenGrain.Ending.cs</c>.
/// </summary>
internal sealed partial class TokenGrain(
    [PersistentState("tokens")] IPersistentState<StoredTokens> stored, ISecretBox box, IOptions<TokenOptions> options,
    TimeProvider time, ILogger<TokenGrain> logger) : Grain, ITokenGrain
{
    /// <summary>Most families of a client; the one that was used longest ago makes room.</summary>
    private const int FamiliesMax = 200;

    /// <summary>Most access tokens of a family that are good at once.</summary>
    private const int IssuedMax = 32;

    private const int KeyBytes = 32;
    private const int TokenIdBytes = 16;

    /// <summary>How often tokens of one client are asked for, guessed keys included.</summary>
    private readonly AskingRate _rate = new(time);

    private TokenOptions Options => options.Value;

    private DateTimeOffset Now => time.GetUtcNow();

    private string ClientId => this.GetPrimaryKeyString();

    public async Task<TokenReply> Issue(IssueTokenRequest request)
    {
        if (request.Assertion is { } assertion)
        {
            return await IssueByAssertion(assertion, request.Scope);
        }

        if (request.Subject is { } subject)
        {
            return await IssueByProvider(subject with { ClientId = ClientId }, request.Scope);
        }

        if (RefusalByRate() is { } tooMany)
        {
            return tooMany;
        }

        if (TokenScope.TryParse(request.Scope) is not { } scope)
        {
            return new TokenReply { Outcome = TokenOutcome.InvalidScope };
        }

        var client = await GrainFactory.GetGrain<IClientAdmission>(ClientId).Identify(
            new IdentifyRequest
            {
                KeyVersion = request.KeyVersion,
                SecretDigest = request.SecretDigest,
                ClientAddress = request.ClientAddress,
            });
        if (RefusalOf(client.Verdict, TokenOutcome.KeyRefused) is { } refusal)
        {
            return refusal;
        }

        var wanted = new WantedToken(request.KeyVersion, scope, client.Tenant, client.KeyExpiresAt);
        if (await SignAsync(wanted) is not { } signed)
        {
            return new TokenReply { Outcome = TokenOutcome.NotOffered };
        }

        return request.WithRefresh
            ? await BeginFamilyAsync(signed, wanted)
            : signed.Reply;
    }

    public async Task<TokenReply> Refresh(RefreshTokenRequest request)
    {
        if (RefusalByRate() is { } tooMany)
        {
            return tooMany;
        }

        if (await FindAsync(request) is not var (family, key))
        {
            return Invalid;
        }

        var scope = TokenScope.TryParse(family.Scope)!;
        if (request.Scope.Length > 0)
        {
            if (TokenScope.TryParse(request.Scope) is not { } narrower || !narrower.IsWithin(scope))
            {
                return new TokenReply { Outcome = TokenOutcome.InvalidScope };
            }

            scope = narrower;
        }

        var now = Now;
        var answer = family.ToRule().Present(request.Number, now, out var next);
        if (answer is RefreshAnswer.Reused)
        {
            LogReused(ClientId, family.FamilyId, request.Number, family.Number);
            await EndFamilyAsync(family, now, "tokens.reuse");
            return Invalid;
        }

        if (answer is not (RefreshAnswer.Rotated or RefreshAnswer.Replayed))
        {
            return Invalid;
        }

        // A refresh token is worth what its key is worth: revoked, expired or suspended, it is asked each time.
        var client = await GrainFactory.GetGrain<IClientAdmission>(ClientId).Identify(new IdentifyRequest
        {
            KeyVersion = family.KeyVersion, SecretDigest = [], Token = new TokenUse(),
        });
        if (RefusalOf(client.Verdict, TokenOutcome.InvalidGrant) is { } refusal)
        {
            return refusal;
        }

        if (family.At((now - AccessToken.ClockSkew).ToUnixTimeSeconds()).Issued.Length >= IssuedMax)
        {
            return new TokenReply { Outcome = TokenOutcome.TooMany, RetryAfter = TimeSpan.FromMinutes(1) };
        }

        var ends = family.ExpiresAt < client.KeyExpiresAt ? family.ExpiresAt : client.KeyExpiresAt;
        if (await SignAsync(new WantedToken(family.KeyVersion, scope, client.Tenant, ends)) is not { } signed)
        {
            return new TokenReply { Outcome = TokenOutcome.NotOffered };
        }

        var rotated = family.With(next);
        await StoreAsync(stored.State.At(now).With(rotated with { Issued = [.. rotated.Issued, signed.Kept] }));
        return signed.Reply with
        {
            RefreshToken = RefreshText.Make(key, ClientId, family.FamilyId, rotated.Number).Format(),
        };
    }

    private static TokenReply Invalid => new() { Outcome = TokenOutcome.InvalidGrant };

    /// <param name="KeyVersion">What it is issued for.</param>
    /// <param name="Scope">What it is for.</param>
    /// <param name="Tenant">Its client's.</param>
    /// <param name="EndsBy">When it ends at the latest.</param>
    private sealed record WantedToken(int KeyVersion, TokenScope Scope, string Tenant, DateTimeOffset EndsBy)
    {
        /// <summary>How whoever asks is known.</summary>
        public TokenSignIn SignIn { get; init; }

        /// <summary>What a provider says of whoever asks; null when none does.</summary>
        public SubjectReply? Subject { get; init; }
    }

    /// <param name="Reply">What its client is told.</param>
    /// <param name="Kept">What is kept of it.</param>
    private sealed record SignedToken(TokenReply Reply, StoredAccess Kept);

    /// <summary>Null when no tokens are issued. The key is opened for this token and kept by nobody.</summary>
    private async Task<SignedToken?> SignAsync(WantedToken wanted)
    {
        var aid = await GrainFactory.GetGrain<ISigningKeyGrain>(TokenIssuer.Key).ForSigning(wanted.Tenant);
        if (aid is null)
        {
            return null;
        }

        var pkcs8 = await box.OpenAsync(SigningAid.PlaceOf(aid.KeyId), aid.Secret, CancellationToken.None);
        try
        {
            // A watermark of this very second is one second ahead; what is issued after it must be dated so.
            var now = Now;
            var issuedAt = Math.Max(now.ToUnixTimeSeconds(), Math.Max(aid.TokensFrom, stored.State.TokensFrom));
            var expiresAt = Math.Min(
                issuedAt + (long)Options.AccessTokenLifetime.TotalSeconds, wanted.EndsBy.ToUnixTimeSeconds());
            var token = new AccessToken
            {
                Issuer = Options.Issuer,
                Audience = Options.AudienceOrIssuer,
                ClientId = ClientId,
                TokenId = Base62.Encode(RandomNumberGenerator.GetBytes(TokenIdBytes), 22),
                IssuedAt = issuedAt,
                ExpiresAt = Math.Max(issuedAt, expiresAt),
                KeyVersion = wanted.KeyVersion,
                Tenant = wanted.Tenant,
                Scope = wanted.Scope,
                SignIn = wanted.SignIn,
                ForeignSubject = wanted.Subject?.Subject,
                Roles = [.. wanted.Subject?.Roles ?? []],
                AuthTime = wanted.Subject?.AuthTime,
            };
            var reply = new TokenReply
            {
                Outcome = TokenOutcome.Issued,
                AccessToken = AccessTokenRules.Sign(token, PrivateKey.Read(pkcs8, aid.Algorithm)),
                ExpiresIn = token.ExpiresAt - token.IssuedAt,
                Scope = token.Scope.Text,
            };
            LogIssued(ClientId, token.KeyVersion, token.TokenId);
            return new SignedToken(reply, new StoredAccess(token.TokenId, token.ExpiresAt));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    private async Task<TokenReply> BeginFamilyAsync(SignedToken signed, WantedToken wanted)
    {
        var (now, familyId) = (Now, NewFamilyId());
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        var ends = now + Options.RefreshTokenLifetime;
        var family = new StoredFamily
        {
            FamilyId = familyId,
            KeyVersion = wanted.KeyVersion,
            Scope = wanted.Scope.Text,
            CreatedAt = now,
            ExpiresAt = wanted.EndsBy < ends ? wanted.EndsBy : ends,
            RotatedAt = now,
            Secret = await box.SealAsync(PlaceOf(familyId), key, CancellationToken.None),
            Issued = [signed.Kept],
        };
        var state = stored.State.At(now);
        await StoreAsync((state with { Families = [.. state.Families.TakeLast(FamiliesMax - 1)] }).With(family));
        return signed.Reply with
        {
            RefreshToken = RefreshText.Make(key, ClientId, familyId, family.Number).Format(),
        };
    }

    /// <summary>
    /// The family that made a token, with its key; null also for a guess, which then changes nothing.
    /// </summary>
    private async Task<(StoredFamily Family, byte[] Key)?> FindAsync(RefreshTokenRequest request)
    {
        if (stored.State.Families.FirstOrDefault(one => one.FamilyId == request.FamilyId) is not { } family)
        {
            return null;
        }

        var key = await box.OpenAsync(PlaceOf(family.FamilyId), family.Secret, CancellationToken.None);
        return new RefreshText(ClientId, request.FamilyId, request.Number, request.Proof).IsMadeWith(key)
            ? (family, key)
            : null;
    }

    private static string NewFamilyId()
    {
        Span<char> id = stackalloc char[RefreshText.FamilyIdLength];
        RandomNumberGenerator.GetItems(Base62.Alphabet, id);
        return new string(id);
    }

    private string PlaceOf(string familyId) => $"client/{ClientId}/refresh/{familyId}";

    private static TokenReply? RefusalOf(Verdict verdict, TokenOutcome otherwise) => verdict switch
    {
        Verdict.Admitted => null,
        Verdict.ClientSuspended => new TokenReply { Outcome = TokenOutcome.ClientSuspended },
        Verdict.AddressForbidden => new TokenReply { Outcome = TokenOutcome.AddressForbidden },
        _ => new TokenReply { Outcome = otherwise },
    };

    private TokenReply? RefusalByRate() => _rate.Refusal() is { } wait
        ? new TokenReply { Outcome = TokenOutcome.TooMany, RetryAfter = wait }
        : null;

    private async Task StoreAsync(StoredTokens next)
    {
        var before = stored.State;
        stored.State = next;
        try
        {
            await stored.WriteStateAsync();
            stored.State = next with { Revokes = [], Audits = [] };
        }
        catch
        {
            stored.State = before;
            DeactivateOnIdle(); // The write may have happened: the next activation reads what is true.
            throw;
        }
    }

    [LoggerMessage(1601, LogLevel.Debug, "Client {ClientId}, key version {KeyVersion}: token {TokenId} issued.")]
    private partial void LogIssued(string clientId, int keyVersion, string tokenId);

    [LoggerMessage(1602, LogLevel.Warning,
        "Client {ClientId}: refresh token {Number} of family {FamilyId} came again, and {Newest} is the newest. The "
        + "family is ended: somebody else has one of its tokens, or had.")]
    private partial void LogReused(string clientId, string familyId, int number, int newest);
}
