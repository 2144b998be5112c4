using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Issuers;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Tokens;
using Sluice.Unit.Rules.Tokens;

namespace Sluice.Unit.Edge.Tokens;

/// <summary>A cluster with an issuer and one client's tokens, which count what they are asked.</summary>
internal sealed class TokenCluster : IClusterClient, IIssuerGrain, ITokenGrain
{
    public List<PrivateKey> Keys { get; } = [TestKeys.Ec];

    public long Epoch { get; set; } = 1;

    /// <summary>Why nobody answers; null when they do.</summary>
    public Exception? Failure { get; set; }

    public string Issuer { get; set; } = TestKeys.Issuer;

    public bool IsRevoked { get; set; }

    public int Descriptions { get; private set; }

    public int Inspections { get; private set; }

    public IServiceProvider ServiceProvider => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey => (TGrainInterface)(object)this;

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => throw new NotSupportedException();

    public Task<IssuerDescription> Describe()
    {
        Descriptions++;
        return Failure is null
            ? Task.FromResult(new IssuerDescription
            {
                Issuer = Issuer,
                Audience = TestKeys.Audience,
                Epoch = Epoch,
                Keys = [.. Keys.Select(key => key.Public.ToJson())],
            })
            : Task.FromException<IssuerDescription>(Failure);
    }

    public Task<TokenStanding> InspectAccess(IssuedToken token)
    {
        Inspections++;
        return Failure is null
            ? Task.FromResult(new TokenStanding { Active = !IsRevoked, Revoked = IsRevoked })
            : Task.FromException<TokenStanding>(Failure);
    }

    public Task<ChangeReply> Rotate(string rotationId) => throw new NotSupportedException();

    public Task<ChangeReply> Compromise(string keyId) => throw new NotSupportedException();

    public Task<ChangeReply> RevokeTokens(string tenant) => throw new NotSupportedException();

    public Task<SigningKeyInfo[]> ListKeys() => throw new NotSupportedException();

    public Task<long> TokensFrom(string tenant) => throw new NotSupportedException();

    public Task<TokenReply> Issue(IssueTokenRequest request) => throw new NotSupportedException();

    public Task<TokenReply> Refresh(RefreshTokenRequest request) => throw new NotSupportedException();

    public Task<CodeReply> GrantCode(GrantCodeRequest request) => throw new NotSupportedException();

    public Task<TokenReply> RedeemCode(RedeemCodeRequest request) => throw new NotSupportedException();

    public Task RevokeRefresh(RefreshTokenRequest request) => throw new NotSupportedException();

    public Task RevokeAccess(IssuedToken token) => throw new NotSupportedException();

    public Task<ChangeReply> RevokeAll() => throw new NotSupportedException();

    public Task<TokenStanding> InspectRefresh(RefreshTokenRequest request) => throw new NotSupportedException();
}
