using System.Text;
using System.Text.Json;
using System.Web;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Federation;
using Sluice.Rules.Federation;
using Sluice.Rules.Tokens;
using Sluice.Unit.Grains.Federation;
using Sluice.Unit.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Grains.Logins;

/// <summary>People of WeChat Work, which has codes and no ID tokens.</summary>
public sealed class WeChatWorkTests : LoginTest
{
    private const string Api = "https://qyapi.example/";

    // What the API takes; and what it says whose a code is, by the code.
    private const string Token = "token-1";
    private Func<string, object> _memberOf = _ => new { errcode = 0, errmsg = "ok", userid = "ZhangSan" };

    public WeChatWorkTests()
    {
        World.SignIns.Answer = AnswerAsWeChat;
        Put(Definition);
    }

    private static ProviderDefinition Definition => new()
    {
        Provider = "corp",
        Issuer = Api,
        Audience = "ww-corp",
        Grants = [new GrantDefinition { Client = GrainWorld.Name, Pattern = "Zhang*", Roles = ["user"] }],
        Login = new ProviderLoginDefinition { Kind = SignInKind.WeChatWork, AgentId = "1000002" },
    };

    [Fact]
    public void A_member_is_sent_to_the_page_of_WeChat_Work_and_is_who_its_API_says()
    {
        var begun = Begin();
        var sent = ParametersOf(begun);

        Assert.StartsWith($"{ProviderLogin.WeChatWorkPage}?login_type=", begun.Address, StringComparison.Ordinal);
        Assert.Equal(("CorpApp", "ww-corp", "1000002"), (sent["login_type"], sent["appid"], sent["agentid"]));
        Assert.Equal("https://sluice.example/oauth/callback/acme/corp", sent["redirect_uri"]);
        Assert.Matches("^[0-9A-Za-z]{1,128}$", sent["state"]);

        var token = Read(Redeem(ParametersOf(Complete(BackOf(begun)))["code"]));
        Assert.Equal("corp/ZhangSan", token.Subject);
        Assert.Equal(["user"], token.Roles);
        Assert.Null(token.AuthTime);
        Assert.Equal(
            [
                "/cgi-bin/gettoken?corpid=ww-corp&corpsecret=a-secret-at-the-provider",
                "/cgi-bin/auth/getuserinfo?access_token=token-1&code=of-the-provider",
            ],
            World.SignIns.Asked.Select(question => new Uri(question.Address).PathAndQuery));
    }

    [Fact]
    public void The_applicationsToken_is_kept_while_it_is_good_and_fetched_once_for_all()
    {
        SignIn();
        SignIn();
        Assert.Equal(1, Fetched);

        World.Advance(TimeSpan.FromSeconds(7200 - 60));
        SignIn();
        Assert.Equal(2, Fetched);

        World.Advance(TimeSpan.FromHours(2));
        var (one, other) = (Begin(), Begin());
        World.SignIns.Hold();
        var both = (World.Begin(() => Login.Complete(BackOf(one))), World.Begin(() => Login.Complete(BackOf(other))));
        World.SignIns.Release();
        World.Settle();
        Assert.Equal(("", ""), (World.Run(() => both.Item1).Error, World.Run(() => both.Item2).Error));
        Assert.Equal(3, Fetched);
    }

    [Theory]
    [InlineData(40014)]
    [InlineData(42001)]
    public void AToken_that_is_good_no_more_is_fetched_again_and_the_code_is_tried_once_more(int error)
    {
        SignIn();
        var tries = 0;
        _memberOf = _ => ++tries == 1 ? new { errcode = error } : new { errcode = 0, userid = "ZhangSan" };
        SignIn();
        Assert.Equal((2, 2), (tries, Fetched));

        _memberOf = _ => new { errcode = error };
        Assert.Equal("temporarily_unavailable", ErrorOf(Complete(BackOf(Begin()))));
        Assert.Equal(3, Fetched); // Once more, and no more.
    }

    [Theory]
    [InlineData("""{"errcode":40029,"errmsg":"invalid code"}""", "access_denied")]
    [InlineData("""{"errcode":42003,"errmsg":"code expired"}""", "access_denied")]
    [InlineData("""{"errcode":0,"errmsg":"ok","openid":"oDjGHs-1yCnGrRovBj2yHij5JAAA"}""", "access_denied")]
    [InlineData("""{"errcode":0,"errmsg":"ok","userid":"LiSi"}""", "access_denied")]
    [InlineData("""{"errcode":0,"errmsg":"ok","userid":""}""", "access_denied")]
    [InlineData("""{"errcode":-1,"errmsg":"system busy"}""", "temporarily_unavailable")]
    [InlineData("""{"errcode":60020,"errmsg":"not allow to access from your ip"}""", "temporarily_unavailable")]
    [InlineData("""{"userid":"ZhangSan"}""", "temporarily_unavailable")]
    [InlineData("""{"errcode":"0","userid":"ZhangSan"}""", "temporarily_unavailable")]
    [InlineData("<html>", "temporarily_unavailable")]
    public void Whoever_is_no_member_or_is_granted_nothing_is_nobody(string answer, string error)
    {
        World.SignIns.Answer = question => question.Address.Contains("getuserinfo", StringComparison.Ordinal)
            ? new ProviderAnswer(200, Encoding.UTF8.GetBytes(answer))
            : AnswerAsWeChat(question);

        Assert.Equal(error, ErrorOf(Complete(BackOf(Begin()))));
    }

    [Fact]
    public void Without_aToken_of_the_application_nobody_is_asked_for()
    {
        foreach (var answer in (object[])
            [new { errcode = 40001 }, new { errcode = 0, access_token = "" }, new { errcode = 0, access_token = "x" }])
        {
            World.SignIns.Answer = _ => FakeSignIns.Json(answer);
            Assert.Equal("temporarily_unavailable", ErrorOf(Complete(BackOf(Begin()))));
        }

        Assert.DoesNotContain(
            World.SignIns.Asked, question => question.Address.Contains("getuserinfo", StringComparison.Ordinal));
    }

    [Fact]
    public void Nobody_says_there_when_somebody_signed_in_so_no_sign_in_is_fresh() =>
        Assert.Equal("access_denied", ErrorOf(Complete(BackOf(Begin(Asked with { Age = "3600" })))));

    [Fact]
    public void It_issues_noTokens_that_anybody_could_bring()
    {
        World.Providers.Has(Api, TestKeys.Ec);
        var now = World.UtcNow.ToUnixTimeSeconds();
        var brought = CompactToken.Sign("JWT", JsonSerializer.SerializeToUtf8Bytes(
            new { iss = Api, aud = "ww-corp", sub = "ZhangSan", iat = now, exp = now + 60 }),
            TestKeys.Ec);

        Assert.Equal(SubjectOutcome.Refused, World.Run(() => Providers.Judge(new SubjectRequest
        {
            ClientId = GrainWorld.ClientId, Token = brought, Kind = SubjectKind.IdToken,
        })).Outcome);
        Assert.Equal(0, World.Providers.Asked);
    }

    [Fact]
    public void What_has_no_application_or_wants_claims_that_there_are_not_is_refused()
    {
        string MistakesOf(ProviderDefinition provider) =>
            World.Run(() => Providers.PutWithSecret(provider, null)).Detail;

        Assert.Contains("login.agentId", MistakesOf(Definition with
        {
            Login = Definition.Login! with { AgentId = "one" },
        }), StringComparison.Ordinal);
        Assert.Contains("the claim is sub", MistakesOf(Definition with
        {
            Grants = [new GrantDefinition { Client = GrainWorld.Name, Claim = "groups" }],
        }), StringComparison.Ordinal);
        Assert.Contains("login.page", MistakesOf(Definition with
        {
            Login = Definition.Login! with { Page = "http://page.example/" },
        }), StringComparison.Ordinal);
        Assert.Contains("secret", MistakesOf(Definition with { Provider = "other", Audience = "else" }),
            StringComparison.Ordinal);
        Assert.Contains("openid", MistakesOf(OpenId() with
        {
            Provider = "other", Login = OpenId().Login! with { Scope = "profile" },
        }), StringComparison.Ordinal);
    }

    /// <summary>Their addresses hold secrets, by design.</summary>
    [Fact]
    public void No_address_of_theirs_and_no_name_of_anybody_is_logged()
    {
        SignIn();
        World.SignIns.Answer = _ => null;
        World.Advance(TimeSpan.FromHours(2));
        Complete(BackOf(Begin()));

        Assert.Contains("did not get signed in", World.Log.All, StringComparison.Ordinal);
        Assert.All(
            (string[])[Secret, "token-1", "of-the-provider", "cgi-bin", "ZhangSan"],
            secret => Assert.DoesNotContain(secret, World.Log.All, StringComparison.Ordinal));
    }

    private int Fetched => World.SignIns.Asked.Count(
        question => question.Address.Contains("gettoken", StringComparison.Ordinal));

    private ProviderAnswer? AnswerAsWeChat(ProviderQuestion question)
    {
        var address = new Uri(question.Address);
        var query = HttpUtility.ParseQueryString(address.Query);
        return address.AbsolutePath switch
        {
            "/cgi-bin/gettoken" => FakeSignIns.Json(
                new { errcode = 0, errmsg = "ok", access_token = Token, expires_in = 7200 }),
            "/cgi-bin/auth/getuserinfo" when query["access_token"] == Token =>
                FakeSignIns.Json(_memberOf(query["code"]!)),
            _ => FakeSignIns.Json(new { errcode = 404 }),
        };
    }
}
