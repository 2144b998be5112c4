using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Logins;
using Sluice.Rules.Federation;
using Sluice.Rules.Logins;
using Sluice.Rules.Tokens;
using Sluice.Unit.Grains.Federation;
using Xunit;

namespace Sluice.Unit.Grains.Logins;

/// <summary>People who sign in at their tenant's provider, up to the code that their program gets.</summary>
public sealed class LoginTests : LoginTest
{
    [Fact]
    public void A_person_is_sent_to_the_provider_and_back_with_a_code_for_the_program()
    {
        var begun = Begin(Asked with { Age = "60" });
        var sent = ParametersOf(begun);

        Assert.StartsWith($"{Corp}/authorize?theme=dark&", begun.Address, StringComparison.Ordinal);
        Assert.Equal("code", sent["response_type"]);
        Assert.Equal("us", sent["client_id"]);
        Assert.Equal("openid", sent["scope"]);
        Assert.Equal("S256", sent["code_challenge_method"]);
        Assert.Equal("60", sent["max_age"]);
        Assert.Equal("https://sluice.example/oauth/callback/acme/corp", sent["redirect_uri"]);

        var back = ParametersOf(Complete(BackOf(begun)));
        Assert.Equal("of the program", back["state"]);
        Assert.Equal("https://sluice.example", back["iss"]);

        var question = World.SignIns.Asked[^1];
        var form = question.Form!.ToDictionary();
        Assert.Equal($"{Corp}/token", question.Address);
        Assert.Equal(("us", Secret), question.Basic);
        Assert.Equal("of-the-provider", form["code"]);
        Assert.Equal(sent["redirect_uri"], form["redirect_uri"]);
        Assert.Equal(sent["code_challenge"], ProofKey.ChallengeOf(form["code_verifier"]));
        Assert.DoesNotContain("client_secret", form.Keys);

        var token = Read(Redeem(back["code"]));
        Assert.Equal("corp/user-1", token.Subject);
        Assert.Equal(TokenSignIn.Provider, token.SignIn);
        Assert.Equal(["user"], token.Roles);
        Assert.Equal(World.UtcNow.ToUnixTimeSeconds() - 5, token.AuthTime);
    }

    [Fact]
    public void A_program_or_an_address_that_is_not_registered_is_told_nothing()
    {
        var other = World.Silo.Client.GetGrain<ILoginGrain>("000000000000");

        Assert.Equal(LoginRefusal.UnknownClient, World.Run(() => other.Begin(Asked)).Refusal);
        foreach (var address in (string[])["https://evil.example/", Registered + "/", Registered + "?x=1", ""])
        {
            var reply = Begin(Asked with { RedirectAddress = address, ResponseType = "wrong" });
            Assert.Equal((LoginRefusal.UnknownAddress, "", ""), (reply.Refusal, reply.Address, reply.Ticket));
        }

        Assert.Empty(World.SignIns.Asked);
    }

    [Fact]
    public void A_request_that_is_wrong_is_told_so_at_the_programs_address_and_by_whom()
    {
        var reply = Begin(Asked with { Challenge = null });

        Assert.StartsWith(Registered + "?error=invalid_request&", reply.Address, StringComparison.Ordinal);
        Assert.Equal(("invalid_request", ""), (reply.Error, reply.Ticket));
        Assert.Equal("of the program", ParametersOf(reply)["state"]);
        Assert.Equal("https://sluice.example", ParametersOf(reply)["iss"]);
        Assert.DoesNotContain("state", ParametersOf(Begin(Asked with { State = "a\r\nb" })).Keys);
    }

    /// <summary>Guards against whoever sends a victim's browser back with the attacker's answer.</summary>
    [Fact]
    public void What_comes_back_in_another_browser_or_of_another_sign_in_is_not_taken()
    {
        var (own, other) = (Begin(), Begin());
        CompleteLoginRequest[] wrong =
        [
            BackOf(own) with { Ticket = other.Ticket },
            BackOf(own) with { Ticket = "" },
            BackOf(own) with { State = GrainWorld.ClientId },
            BackOf(own) with { Provider = "else" },
            BackOf(own) with { Tenant = "else" },
        ];

        foreach (var request in wrong)
        {
            Assert.Equal(LoginRefusal.UnknownLogin, Complete(request).Refusal);
        }

        World.Advance(LoginTicket.Life);
        Assert.Equal(LoginRefusal.UnknownLogin, Complete(BackOf(own)).Refusal);
        Assert.DoesNotContain(World.SignIns.Asked, question => question.Form is not null);
    }

    /// <summary>Guards the codes of one provider against another (RFC 9207).</summary>
    [Fact]
    public void An_answer_that_is_another_issuers_is_not_taken_to_ours()
    {
        var begun = Begin();

        Assert.Equal("access_denied", ErrorOf(Complete(BackOf(begun) with { Issuer = "https://evil.example" })));
        Assert.DoesNotContain(World.SignIns.Asked, question => question.Form is not null);
        Assert.Equal("", ErrorOf(Complete(BackOf(begun) with { Issuer = Corp })));
    }

    [Fact]
    public void A_provider_that_says_whose_its_answers_are_is_not_believed_without()
    {
        About["authorization_response_iss_parameter_supported"] = true;
        var begun = Begin();

        Assert.Equal("access_denied", ErrorOf(Complete(BackOf(begun))));
        Assert.Equal("", ErrorOf(Complete(BackOf(begun) with { Issuer = Corp })));
    }

    [Theory]
    [InlineData("nonce", "of another sign-in")]
    [InlineData("nonce", null)]
    [InlineData("azp", "another")]
    [InlineData("aud", "another")]
    [InlineData("iss", "https://evil.example")]
    [InlineData("exp", 1)]
    public void An_ID_token_that_is_not_of_this_sign_in_gives_nothing(string claim, object? value)
    {
        Spoil = claims =>
        {
            claims.Remove(claim);
            if (value is not null)
            {
                claims[claim] = value;
            }
        };

        Assert.Equal("access_denied", ErrorOf(Complete(BackOf(Begin()))));
    }

    [Theory]
    [InlineData(60, -5, true)]
    [InlineData(60, -120, true)] // Clocks differ.
    [InlineData(60, -121, false)]
    [InlineData(0, -60, true)]
    [InlineData(0, -61, false)]
    [InlineData(60, null, false)]
    public void A_sign_in_is_as_fresh_as_was_asked(int age, int? authTime, bool isGood)
    {
        Spoil = claims =>
        {
            claims.Remove("auth_time");
            if (authTime is { } seconds)
            {
                claims["auth_time"] = World.UtcNow.ToUnixTimeSeconds() + seconds;
            }
        };

        Assert.Equal(isGood ? "" : "access_denied", ErrorOf(Complete(BackOf(Begin(Asked with { Age = $"{age}" })))));
    }

    [Fact]
    public void Trouble_of_the_provider_is_not_the_persons()
    {
        string Answered(int status, object body)
        {
            AtTokens = _ => FakeSignIns.Json(body, status);
            return ErrorOf(Complete(BackOf(Begin())));
        }

        Assert.Equal("access_denied", Answered(400, new { error = "invalid_grant" }));
        Assert.Equal("temporarily_unavailable", Answered(400, new { error = "invalid_client" }));
        Assert.Equal("temporarily_unavailable", Answered(401, new { error = "invalid_client" }));
        Assert.Equal("temporarily_unavailable", Answered(500, new { }));
        Assert.Equal("temporarily_unavailable", Answered(200, new { access_token = "x" }));
        AtTokens = _ => FakeSignIns.Nonsense();
        Assert.Equal("temporarily_unavailable", ErrorOf(Complete(BackOf(Begin()))));
        AtTokens = _ => null;
        Assert.Equal("temporarily_unavailable", ErrorOf(Complete(BackOf(Begin()))));

        string Told(string error) => ErrorOf(Complete(BackOf(Begin()) with { Error = error, Code = null }));
        Assert.Equal("access_denied", Told("access_denied"));
        Assert.Equal("server_error", Told("invalid_scope"));
        Assert.Equal("server_error", ErrorOf(Complete(BackOf(Begin()) with { Code = null })));
    }

    [Fact]
    public void A_provider_that_cannot_be_read_sends_nobody_anywhere_and_is_asked_again_later()
    {
        Put(OpenId() with { Issuer = "https://away.example" });

        Assert.Equal("temporarily_unavailable", Begin().Error);
        Assert.Equal("temporarily_unavailable", Begin().Error);
        Assert.Single(World.SignIns.Asked);
        World.Advance(KeyFetching.FirstPause);
        Begin();
        Assert.Equal(2, World.SignIns.Asked.Count);
    }

    [Fact]
    public void A_provider_that_takes_secrets_in_the_form_gets_it_there_and_one_without_gets_none()
    {
        About["token_endpoint_auth_methods_supported"] = (string[])["client_secret_post"];
        SignIn();
        var posted = World.SignIns.Asked[^1];
        var form = posted.Form!.ToDictionary();
        Assert.Null(posted.Basic);
        Assert.Equal(("us", Secret), (form["client_id"], form["client_secret"]));

        Done(() => Providers.Remove("corp"));
        Put(OpenId(), secret: null);
        SignIn();
        var open = World.SignIns.Asked[^1];
        Assert.Null(open.Basic);
        Assert.Equal("us", open.Form!.ToDictionary()["client_id"]);
        Assert.DoesNotContain("client_secret", open.Form!.ToDictionary().Keys);
    }

    /// <summary>Guards our secret against whoever may write providers.</summary>
    [Fact]
    public void A_secret_stays_with_its_provider_and_is_sent_to_no_other()
    {
        ChangeReply Change(ProviderDefinition provider) => World.Run(() => Providers.PutWithSecret(provider, null));

        Assert.Equal(ChangeOutcome.Invalid, Change(OpenId() with { Issuer = "https://evil.example" }).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, Change(OpenId() with { Audience = "else" }).Outcome);
        var grant = new GrantDefinition { Client = GrainWorld.Name, Pattern = "user-*" };
        Assert.Equal(ChangeReply.Done, Change(OpenId(grant)));
        SignIn();
        Assert.Equal(("us", Secret), World.SignIns.Asked[^1].Basic);
        Assert.NotNull(Assert.Single(World.Run(Providers.List)).Login!.SecretSetAt);
    }

    [Fact]
    public void Whoever_waits_for_a_provider_keeps_nobody_else_waiting()
    {
        var begun = Begin();
        World.SignIns.Hold();
        var slow = World.Begin(() => Login.Complete(BackOf(begun)));
        Assert.False(slow.IsCompleted);

        Assert.NotNull(World.Run(Login.Describe));
        Assert.Equal(LoginRefusal.None, World.Run(() => Login.Begin(Asked)).Refusal);

        World.SignIns.Release();
        World.Settle();
        Assert.Contains("code=", World.Run(() => slow).Address, StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_that_is_changed_while_somebody_signs_in_says_nothing_about_them()
    {
        var begun = Begin();
        World.SignIns.Hold();
        var slow = World.Begin(() => Login.Complete(BackOf(begun)));
        Put(OpenId(new GrantDefinition { Client = GrainWorld.Name, Pattern = "somebody-else" }));

        World.SignIns.Release();
        World.Settle();

        Assert.Equal("temporarily_unavailable", World.Run(() => slow).Error);
    }

    [Fact]
    public void A_registration_survives_a_restart_is_noted_and_ends_sign_ins_when_it_is_taken_away()
    {
        var begun = Begin();
        World.Restart();
        Assert.Equal("", ErrorOf(Complete(BackOf(begun)))); // Its browser had kept it.

        Done(() => Login.Register(
            new LoginDefinition { Provider = "corp", RedirectAddresses = ["https://new.example/"] }));
        Assert.Equal(LoginRefusal.UnknownLogin, Complete(BackOf(begun)).Refusal);
        Done(Login.Remove);
        Assert.Equal(LoginRefusal.UnknownClient, Begin().Refusal);
        Assert.Equal(LoginRefusal.UnknownClient, Complete(BackOf(begun)).Refusal);
        Assert.Equal(ChangeOutcome.NotFound, World.Run(Login.Remove).Outcome);
        Assert.Equal(
            ["login.create", "login.replace", "login.remove"],
            World.Storage.Noted.Where(note => note.Subject == $"client/{GrainWorld.ClientId}/login")
                .Select(note => note.Action));
    }

    [Fact]
    public void What_cannot_be_registered_is_refused()
    {
        ChangeOutcome Register(string provider, params string[] addresses) => World.Run(() => Login.Register(
            new LoginDefinition { Provider = provider, RedirectAddresses = addresses })).Outcome;

        Assert.Equal(ChangeOutcome.Invalid, Register("corp"));
        Assert.Equal(ChangeOutcome.Invalid, Register("corp", "http://app.example/"));
        Assert.Equal(ChangeOutcome.Invalid, Register("nobody", Registered));
        Done(() => Providers.Put(OpenId() with { Provider = "machines", Audience = "api", Login = null }));
        Assert.Equal(ChangeOutcome.Invalid, Register("machines", Registered));
        Assert.Equal(ChangeOutcome.NotFound, World.Run(() => World.Silo.Client.GetGrain<ILoginGrain>("000000000000")
            .Register(new LoginDefinition { Provider = "corp", RedirectAddresses = [Registered] })).Outcome);
    }

    [Fact]
    public void Neither_secrets_nor_codes_nor_tokens_are_logged_or_noted()
    {
        var begun = Begin();
        var code = ParametersOf(Complete(BackOf(begun)))["code"];
        Redeem(code, verifier: new string('x', 43));
        Complete(BackOf(begun) with { Issuer = "https://evil.example" });
        var told = World.Log.All + string.Concat(World.Storage.Noted.Select(note => $"{note}"));

        Assert.Contains("did not get signed in", told, StringComparison.Ordinal);
        Assert.All(
            (string[])[Secret, "of-the-provider", code, begun.Ticket, ParametersOf(begun)["state"], "user-1"],
            secret => Assert.DoesNotContain(secret, told, StringComparison.Ordinal));
    }
}
