using System.Text;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Issuers;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Grains.Tokens;

/// <summary>A world that issues tokens, with one client and its key.</summary>
public abstract class TokenTest
{
    private protected readonly GrainWorld World = new();

    protected TokenTest()
    {
        World.Tokens.Issuer = "https://sluice.example";
        World.CreateClient();
    }

    protected IIssuerGrain Issuer => World.Silo.Client.GetGrain<IIssuerGrain>(TokenIssuer.Key);

    protected ITokenGrain Tokens => World.Silo.Client.GetGrain<ITokenGrain>(GrainWorld.ClientId);

    protected IssuerDescription Described => World.Run(Issuer.Describe);

    protected TokenReply Issue(bool withRefresh = false, string scope = "", byte[]? digest = null, int version = 1) =>
        World.Run(() => Tokens.Issue(new IssueTokenRequest
        {
            KeyVersion = version, SecretDigest = digest ?? GrainWorld.Digest, Scope = scope, WithRefresh = withRefresh,
        }));

    protected TokenReply Refresh(string token, string scope = "") =>
        World.Run(() => Tokens.Refresh(Parts(token) with { Scope = scope }));

    protected static RefreshTokenRequest Parts(string token)
    {
        Assert.True(RefreshText.TryParse(token, out var read));
        return new RefreshTokenRequest { FamilyId = read.FamilyId, Number = read.Number, Proof = read.Proof };
    }

    /// <summary>The token as whoever judges it reads it now; fails when it is not good.</summary>
    protected AccessToken Read(TokenReply reply)
    {
        var fault = Judge(reply, out var token);
        Assert.Equal(TokenFault.None, fault);
        return token!;
    }

    protected TokenFault Judge(TokenReply reply, out AccessToken? token)
    {
        Assert.Equal(TokenOutcome.Issued, reply.Outcome);
        var issuer = Described;
        var keys = new PublicKeySet(
            [.. issuer.Keys.Select(key => PublicKey.TryParse(Encoding.UTF8.GetBytes(key))!)]);
        return AccessTokenRules.TryRead(
            reply.AccessToken, new TokenExpectation(issuer.Issuer, issuer.Audience, keys), World.UtcNow, out token);
    }

    protected TokenStanding Inspect(AccessToken token) => World.Run(() => Tokens.InspectAccess(
        new IssuedToken(token.TokenId, token.IssuedAt, token.ExpiresAt, token.KeyVersion, token.Tenant)));

    protected void Done(Func<Task<ChangeReply>> change) => World.Done(change);
}
